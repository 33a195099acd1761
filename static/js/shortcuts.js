// Keys: "/" search, "p" add links, "j" and "k" move, "x" selects, "g" then a letter goes to a page, "?" lists them.
import { base } from "ui/requests";

const PAGES = { d: "", h: "history", q: "queue", s: "scheduler", p: "platforms" };
let goingUntil = 0;

export function isTyping(target) {
  return Boolean(target.closest?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]"));
}

function openSearch() {
  const row = document.querySelector(".title-row");
  row?.classList.add("searching");
  const field = document.querySelector("[data-search-field]");
  field?.focus();
  field?.select();
}

export function addLinks() {
  const field = document.querySelector("[data-paste-field]");
  if (!field) {
    window.location.assign(`${base}?add`);
    return;
  }
  field.scrollIntoView({ block: "center" });
  field.focus();
}

function move(step) {
  const items = [...document.querySelectorAll("[data-item] .row-name, .tile > a, .table-row .file-link, .run-name")];
  if (!items.length) return;
  const at = items.indexOf(document.activeElement.closest?.("[data-item], .tile, .table-row")?.querySelector(".row-name, .tile > a, .file-link, .run-name"));
  const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function select() {
  document.activeElement.closest?.("[data-item], .tile, .table-row")?.querySelector("input[type=checkbox]")?.click();
}

function goTo(key) {
  if (!(key in PAGES)) return false;
  window.location.assign(base + PAGES[key]);
  return true;
}

const KEYS = {
  "/": openSearch,
  p: addLinks,
  j: () => move(1),
  k: () => move(-1),
  x: select,
  "?": () => document.getElementById("shortcuts").showModal(),
};

export function startShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (Date.now() < goingUntil && goTo(key)) {
      event.preventDefault();
      return;
    }
    if (key === "g") {
      goingUntil = Date.now() + 1200;
      return;
    }
    if (KEYS[key]) {
      event.preventDefault();
      KEYS[key]();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-shortcuts]")) document.getElementById("shortcuts").showModal();
    if (event.target.closest("[data-open-search]")) openSearch();
    const add = event.target.closest("[data-add-links]");
    if (add && document.querySelector("[data-paste-field]")) {
      event.preventDefault();
      addLinks();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("[data-search-field]")) {
      document.querySelector(".title-row").classList.remove("searching");
      event.target.blur();
    }
  });
}
