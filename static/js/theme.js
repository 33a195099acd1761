// Light, dark, or as the system says.
export function startTheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    const wanted = isDark ? "light" : "dark";
    if ((wanted === "dark") === dark.matches) {
      delete root.dataset.theme;
      localStorage.removeItem("theme");
    } else {
      root.dataset.theme = wanted;
      localStorage.setItem("theme", wanted);
    }
  });
}
