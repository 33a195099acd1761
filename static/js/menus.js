// Menus are <details>: they close on a click outside, on Escape, and when another one opens.
export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const inside = menu.contains(event.target);
      const picked = event.target.closest(".menu-panel a, .menu-panel button[type=button]");
      if (!inside || picked) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.menu[open]")) return;
      for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== event.target) menu.open = false;
      keepInside(event.target.querySelector(".menu-panel"));
    },
    true,
  );
}

/** A panel that would leave the window on the right opens to the left. */
function keepInside(panel) {
  if (!panel) return;
  const box = panel.getBoundingClientRect();
  if (box.right > document.documentElement.clientWidth - 8) panel.classList.add("end");
}
