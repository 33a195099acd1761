// Selecting many: boxes, shift-click, whole days, all that match; and what is then done to them.
import { ask } from "ui/dialogs";
import { post, refresh } from "ui/requests";
import { toast } from "ui/toasts";

const UNITS = ["B", "KB", "MB", "GB", "TB"];
let last = null;
let everything = false;

export function sizeWords(bytes) {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return unit < 2 || amount >= 100 ? `${Math.round(amount)} ${UNITS[unit]}` : `${amount.toFixed(1)} ${UNITS[unit]}`;
}

const place = () => document.querySelector("form[data-selection]");
const boxes = () => [...document.querySelectorAll("input[data-select]")];
const chosen = () => boxes().filter((box) => box.checked);
const owner = (box) => box.closest("[data-size], [data-item]");

function plural(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

function show() {
  const bar = document.querySelector("[data-selection-bar]");
  const form = place();
  if (!bar || !form) return;
  const picked = chosen();
  const n = everything ? Number(form.dataset.total) : picked.length;
  bar.hidden = n === 0;
  form.classList.toggle("selecting", n > 0);
  bar.querySelector("[data-selected-count]").textContent = n.toLocaleString("en");
  const bytes = picked.reduce((sum, box) => sum + Number(owner(box)?.dataset.size || 0), 0);
  const size = bar.querySelector("[data-selected-size]");
  if (size) size.textContent = everything ? "" : sizeWords(bytes);
  const all = bar.querySelector("[data-select-all]");
  if (all) all.hidden = everything;
  const shown = document.querySelector("[data-select-shown]");
  if (shown) {
    shown.checked = picked.length > 0 && picked.length === boxes().length;
    shown.indeterminate = picked.length > 0 && picked.length < boxes().length;
  }
}

function clear() {
  everything = false;
  for (const box of boxes()) box.checked = false;
  show();
}

function withShift(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const between of all.slice(from, to + 1)) between.checked = box.checked;
}

function fields(action, ids) {
  const form = new FormData();
  form.append("action", action);
  if (everything && !ids) {
    form.append("all", "1");
    form.append("query", place().dataset.query);
  } else {
    for (const id of ids || chosen().map((box) => box.value)) form.append("ids", id);
  }
  return form;
}

/** Tell the page what the server said through its HX-Trigger header. */
export function fire(answer) {
  const events = JSON.parse(answer.headers.get("HX-Trigger") || "{}");
  for (const [name, detail] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

function facts(ids) {
  if (everything && !ids) return { n: Number(place().dataset.total), bytes: 0, pictures: [] };
  const rows = (ids || chosen().map((box) => box.value)).map((id) => document.querySelector(`[data-id="${id}"], [data-item="${id}"], [data-shown="${id}"]`));
  const bytes = rows.reduce((sum, row) => sum + Number(row?.dataset.size || 0), 0);
  const pictures = rows.map((row) => row?.dataset.picture || row?.querySelector("img")?.getAttribute("src")).filter(Boolean);
  return { n: rows.length, bytes, pictures };
}

async function confirmed(button, ids) {
  const { n, bytes, pictures } = facts(ids);
  const fill = (text) => text.replace("{n}", plural(n, button.dataset.noun)).replace("{size}", bytes ? sizeWords(bytes) : "They");
  return ask({
    title: fill(button.dataset.confirmTitle),
    text: fill(button.dataset.confirmText),
    pictures,
    choice: button.dataset.confirmChoice || "",
    cancel: button.dataset.confirmCancel || "Cancel",
    confirm: fill(button.dataset.confirmButton),
    danger: true,
  });
}

/** Do `action` to the selection, or to `ids`; true when it was done. */
export async function act(action, ids = null) {
  const button = document.querySelector(`[data-bulk="${action}"]`);
  const form = fields(action, ids);
  if (button?.dataset.confirmTitle) {
    const answer = await confirmed(button, ids);
    if (!answer.yes) return false;
    if (answer.chosen) form.append("forget", "1");
  }
  const url = document.querySelector("[data-selection]").dataset.selection;
  const answer = await post(url, form);
  if (!answer.ok) {
    toast({ title: "That did not work", message: "The server refused it; load the page again and retry.", level: "error" });
    return false;
  }
  fire(answer);
  if (!ids) clear();
  if (document.querySelector("[data-queue]")) refresh("queue");
  else afterwards(action, form.getAll("ids"));
  return true;
}

function afterwards(action, ids) {
  if (!ids.length) {
    window.location.reload();
    return;
  }
  for (const id of ids) {
    const row = document.querySelector(`.tile[data-id="${id}"], .table-row[data-id="${id}"]`);
    if (!row) continue;
    if (action === "delete") row.remove();
    else if (action === "keep" && row.matches(".tile") && !row.querySelector(".tile-pin")) markKept(row);
    else if (action === "unkeep") row.querySelector(".tile-pin")?.remove();
  }
  if (document.querySelector(".table-row") && action !== "delete") window.location.reload();
  document.body.dispatchEvent(new CustomEvent("gallery-changed"));
}

async function markKept(tile) {
  const { icon } = await import("ui/requests");
  const pin = document.createElement("span");
  pin.className = "tile-pin";
  pin.append(icon("pin-filled", "icon icon-small"));
  tile.append(pin);
}

/** A ZIP is a download of the browser's: a real form, so that it streams to the disk. */
function zip(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  form.hidden = true;
  const values = fields("zip");
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  values.append("csrfmiddlewaretoken", token.value);
  for (const [name, value] of values) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

function onClick(event) {
  const box = event.target.closest("input[data-select]");
  if (box) {
    if (event.shiftKey && last) withShift(box);
    last = box;
    everything = false;
    show();
    return;
  }
  const bulk = event.target.closest("[data-bulk]");
  if (bulk) act(bulk.dataset.bulk);
  const one = event.target.closest("[data-one]");
  if (one) act(one.dataset.one, [one.closest("[data-id]").dataset.id]);
  const pack = event.target.closest("[data-zip]");
  if (pack) zip(pack.dataset.zip);
  if (event.target.closest("[data-select-none]")) clear();
  if (event.target.closest("[data-select-all]")) {
    everything = true;
    for (const each of boxes()) each.checked = true;
    show();
  }
  const day = event.target.closest("[data-select-day]");
  if (day) {
    const section = day.closest("[data-day]");
    for (const each of document.querySelectorAll(`[data-day="${section.dataset.day}"] input[data-select]`)) each.checked = true;
    show();
  }
}

export function startSelection() {
  if (!document.querySelector("[data-selection]")) return;
  document.addEventListener("click", onClick);
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-shown]")) return;
    for (const box of boxes()) box.checked = event.target.checked;
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && chosen().length) clear();
  });
  document.body.addEventListener("htmx:afterSettle", show);
  show();
}
