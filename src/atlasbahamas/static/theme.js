/* Light or dark before the first paint: the person's choice, else the system's. Loaded blocking, so it stays this small. */
(() => {
  "use strict";
  const KEY = "atlas-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      const value = localStorage.getItem(KEY);
      return value === "light" || value === "dark" ? value : null;
    } catch {
      return null; // storage is refused: the system decides
    }
  };
  const keep = (value) => {
    try {
      localStorage.setItem(KEY, value);
    } catch {
      // storage is refused: the choice lasts for this page
    }
  };
  const show = (theme) => {
    root.dataset.bsTheme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-pressed", String(theme === "dark"));
    }
  };

  show(chosen() ?? (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => chosen() ?? show(system.matches ? "dark" : "light"));

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
        keep(next);
        show(next);
      });
    }
    show(root.dataset.bsTheme);
    const menus = () => document.querySelectorAll("details[data-menu][open]");
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of menus()) {
        menu.open = false;
        if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", (event) => {
      for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
    });
  });
})();
