// What the browser tests ask of a page. Loaded into every page beside axe-core; the product knows nothing of it.
(() => {
  "use strict";
  const LEAST = 43.5; // 44 px, less what rounding takes
  const USABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";

  const name = (element) => {
    const text = (element.getAttribute("aria-label") || element.innerText || element.name || "").trim().slice(0, 40);
    const kind = [...element.classList].map((word) => `.${word}`).join("");
    return `${element.tagName.toLowerCase()}${kind} "${text.replace(/\s+/g, " ")}"`;
  };
  const seen = (element) =>
    element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true });
  const usable = (within = document) =>
    [...within.querySelectorAll(USABLE)].filter((element) => seen(element) && !element.disabled);

  // A link inside a sentence is as high as its line (WCAG 2.5.8 excepts it): its line holds words that are no link.
  const inSentence = (element) => {
    if (element.tagName !== "A" || getComputedStyle(element).display !== "inline") return false;
    const block = element.closest("p, li, dd, td, figcaption");
    return block !== null && block.textContent.trim().length > element.textContent.trim().length;
  };
  // What a finger can hit: the element, its label, or what they lay over the page with ::after.
  const hits = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (element.contains(hit) || [...(element.labels ?? [])].some((label) => label.contains(hit)));
  };
  const highEnough = (element) => {
    if ([element, ...(element.labels ?? [])].some((part) => part.getBoundingClientRect().height >= LEAST)) return true;
    element.scrollIntoView({ block: "center" });
    const box = element.getBoundingClientRect();
    const x = box.left + Math.min(box.width / 2, 20);
    const y = box.top + box.height / 2;
    return hits(element, x, y - 21) && hits(element, x, y + 21);
  };

  // Every rule but those for WCAG AAA, best practices and experiments too. In the other light the page is the same but for its
  // colours, so only the rules about colour have anything to say.
  const judge = async (part, colours) => {
    const rules = axe
      .getRules()
      .filter(({ tags }) => !tags.includes("wcag2aaa") && !tags.includes("deprecated") && (!colours || tags.includes("cat.color")));
    const options = { runOnly: { type: "rule", values: rules.map((rule) => rule.ruleId) }, resultTypes: ["violations"] };
    const { violations } = await axe.run(part === "html" ? document : part, options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `axe ${id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
    );
  };

  // `part` is a selector: the whole html, or the header alone.
  const measure = (part) => {
    const within = document.querySelector(part);
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...document.querySelectorAll("body *")].filter(
        (element) => seen(element) && element.getBoundingClientRect().right > root.clientWidth + 1,
      );
      found.push(`sideways scroll, ${root.scrollWidth} px of ${root.clientWidth}: ${wide.slice(0, 3).map(name).join(", ")}`);
    }
    for (const element of within.querySelectorAll("*")) {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowX) && element.tagName !== "TEXTAREA";
      if (scrolls && seen(element) && element.scrollWidth > element.clientWidth + 1) found.push(`scrolls sideways: ${name(element)}`);
    }
    for (const element of usable(within)) {
      if (!element.closest(".skip-link") && !inSentence(element) && !highEnough(element)) {
        found.push(`lower than 44 px: ${name(element)}, ${Math.round(element.getBoundingClientRect().height)} px`);
      }
    }
    window.scrollTo(0, 0);
    return found;
  };

  // Tabbing: what took the focus, and whether one can see where it is.
  const visited = new Set();
  const dark = [];
  const ringed = (element) => {
    for (let part = element; part !== null && part !== document.body; part = part.parentElement) {
      const style = getComputedStyle(part);
      if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) return true;
    }
    return false;
  };
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 20), 0), innerWidth - 1);
    const hit = document.elementFromPoint(x, Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
    return box.bottom > 0 && box.top < innerHeight && hit !== null && (element.contains(hit) || hit.contains(element));
  };
  document.addEventListener("focusin", ({ target }) => {
    visited.add(target);
    if (!ringed(target)) dark.push(`focus cannot be seen: ${name(target)}`);
    else if (!inView(target)) dark.push(`focus is out of sight: ${name(target)}`);
  });
  const startTabbing = () => {
    // Tabbing goes on from where something was focused last, be it gone.
    const start = document.createElement("span");
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
    window.scrollTo(0, 0);
    visited.clear();
    dark.length = 0;
    // Each part of a date takes a Tab of its own. Not one more: what leaves the page comes back into the next one.
    return usable().reduce((presses, element) => presses + (element.type === "date" ? 4 : 1), 0);
  };
  const endTabbing = () => [
    ...dark,
    ...usable().filter((element) => !visited.has(element)).map((element) => `not reached by tabbing: ${name(element)}`),
  ];

  const setMenus = (open) => {
    for (const menu of document.querySelectorAll("header details")) menu.open = open;
  };

  window.atlas = { judge, setMenus, measure, startTabbing, endTabbing };
})();
