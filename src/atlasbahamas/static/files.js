/* Photos in order by dragging, photos made smaller before they are sent, and a word about files that are too large. Buttons and server do all of it too. */
(() => {
  "use strict";

  /* A photo as phones take it needs a minute on a slow line; what can be read in it needs no more than so many pixels. */
  const smallerOf = async (file, longest) => {
    try {
      const picture = await createImageBitmap(file);
      const part = Math.min(1, longest / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [Math.round(picture.width * part), Math.round(picture.height * part)];
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
      return made && made.size < file.size ? new File([made], file.name.replace(/[.][^.]*$/, "") + ".jpg", { type: made.type }) : file;
    } catch {
      return file; // no picture, or an old browser: it is sent as it is, and the server says what is wrong with it
    }
  };
  const makeSmaller = async (input) => {
    const chosen = [...input.files];
    const files = await Promise.all(chosen.map((file) => smallerOf(file, Number(input.dataset.longestSide))));
    if (chosen.some((file, at) => file !== input.files[at])) return; // others were chosen meanwhile
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
  };

  /* Files: what is over the limit is said beside the field; a slow line need not carry it first. */
  for (const input of document.querySelectorAll('input[type="file"][data-max-bytes]')) {
    const limit = Number(input.dataset.maxBytes);
    const note = document.createElement("p");
    note.className = "field-error";
    note.hidden = true;
    note.id = `${input.id}-too-large`;
    note.setAttribute("role", "alert");
    input.after(note);
    const look = () => {
      const large = [...input.files].filter((file) => file.size > limit).map((file) => file.name);
      note.hidden = large.length === 0;
      note.textContent = large.length ? `Too large, leave it out: ${large.join(", ")}.` : "";
    };
    let smaller = null;
    const chosen = () => {
      look();
      if (!input.dataset.longestSide) return;
      const now = makeSmaller(input).then(() => {
        if (smaller !== now) return;
        smaller = null;
        look();
      });
      smaller = now;
    };
    input.addEventListener("change", chosen);
    // On a slow line somebody may have chosen before this was here.
    if (input.files.length) chosen();
    input.form.addEventListener("submit", (event) => {
      if (smaller !== null) {
        event.preventDefault();
        smaller.then(() => input.form.requestSubmit(event.submitter));
        return;
      }
      if (note.hidden) return;
      event.preventDefault();
      input.focus();
    });
  }

  /* Order: a photo follows the pointer through the list, and the new order is sent when it is let go. */
  for (const list of document.querySelectorAll("[data-order]")) {
    const items = () => [...list.querySelectorAll("[data-ref]")];
    const status = document.querySelector("[data-order-status]");
    const refs = () => items().map((item) => item.dataset.ref);
    let dragged = null;
    let before = [];

    const mark = () => {
      const all = items();
      all.forEach((item, place) => {
        item.querySelector("[data-cover]").hidden = place !== 0;
        item.querySelector("[data-make-cover]").hidden = place === 0;
        item.querySelector("[data-up]").disabled = place === 0;
        item.querySelector("[data-down]").disabled = place === all.length - 1;
      });
    };
    const put = (order) => {
      for (const ref of order) list.append(list.querySelector(`[data-ref="${CSS.escape(ref)}"]`));
      mark();
    };
    const send = async () => {
      const order = refs();
      if (order.join() === before.join()) return;
      const body = new URLSearchParams([["csrf_token", list.dataset.token], ...order.map((ref) => ["ref", ref])]);
      let done = false;
      try {
        const answer = await fetch(list.dataset.order, { method: "POST", body });
        // Whoever is not signed in any more is led elsewhere.
        done = answer.ok && new URL(answer.url).pathname === window.location.pathname.replace(/add$/, "");
      } catch {
        // no connection: told below, and the old order is shown again
      }
      if (!done) put(before);
      status.textContent = done ? "The new order is saved." : "The order could not be saved. It is as it was.";
      status.classList.toggle("visually-hidden", done);
    };
    const move = (event) => {
      if (dragged === null) return;
      event.preventDefault();
      const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-ref]");
      if (!over || over === dragged || over.parentElement !== list) return;
      const all = items();
      if (all.indexOf(over) < all.indexOf(dragged)) over.before(dragged);
      else over.after(dragged);
      mark();
    };
    const drop = () => {
      if (dragged === null) return;
      dragged.classList.remove("photo--dragged");
      dragged = null;
      document.removeEventListener("pointermove", move);
      send();
    };
    for (const handle of list.querySelectorAll("[data-handle]")) {
      handle.hidden = false;
      handle.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        dragged = handle.closest("[data-ref]");
        before = refs();
        dragged.classList.add("photo--dragged");
        document.addEventListener("pointermove", move, { passive: false });
        document.addEventListener("pointerup", drop, { once: true });
        document.addEventListener("pointercancel", drop, { once: true });
      });
    }
    for (const hint of document.querySelectorAll("[data-drag-hint]")) hint.hidden = false;
  }
})();
