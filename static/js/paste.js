// The paste box: links become rows while they are pasted or typed; the button counts what it will start.
import { post } from "ui/requests";

const TYPING_PAUSE = 400;
const MOST_FILE_BYTES = 1_000_000;

function box() {
  return document.querySelector("[data-paste]");
}

function count() {
  const form = box();
  if (!form) return;
  const ready = form.querySelectorAll(".paste-row[data-ready]").length;
  const rows = form.querySelectorAll(".paste-row").length;
  const field = form.querySelector("[data-paste-field]");
  const button = form.querySelector("[data-paste-start]");
  const words = ready ? `Start ${ready} download${ready === 1 ? "" : "s"}` : "Start";
  const key = document.createElement("span");
  key.className = "key";
  key.setAttribute("aria-hidden", "true");
  key.textContent = "Ctrl ↵";
  button.replaceChildren(words, ...(ready ? [key] : []));
  button.disabled = !ready && !field.value.trim();
  field.placeholder = rows ? field.dataset.placeholderMore : field.dataset.placeholderFirst;
}

async function recognise(text) {
  const form = box();
  const known = new Set([...form.querySelectorAll(".paste-row")].map((row) => row.dataset.link));
  const lines = text.split(/\s+/).filter((line) => line && !known.has(line));
  if (!lines.length) return;
  const answer = await post(form.dataset.recognise, { links: lines.join("\n") });
  if (!answer.ok) return;
  const list = form.querySelector("#paste-rows");
  list.insertAdjacentHTML("beforeend", await answer.text());
  count();
}

/** Take finished lines out of the field; with `all` the last one too. */
async function take(all) {
  const field = document.querySelector("[data-paste-field]");
  const text = field.value;
  const end = all ? text.length : text.search(/\s\S*$/) + 1;
  const ready = text.slice(0, end);
  if (!ready.trim()) return;
  field.value = text.slice(end);
  await recognise(ready);
}

async function readFile(file) {
  if (file.size > MOST_FILE_BYTES || !(file.type.startsWith("text/") || /\.(txt|csv|url)$/i.test(file.name))) return;
  await recognise(await file.text());
}

function replaceLink(row, link) {
  row.remove();
  recognise(link).then(count);
}

function watchField(form, field) {
  let timer = 0;
  field.dataset.placeholderFirst = field.placeholder;
  field.addEventListener("paste", () => window.setTimeout(() => take(true), 0));
  field.addEventListener("input", () => {
    count();
    window.clearTimeout(timer);
    if (/\s/.test(field.value)) take(false);
    else if (/^\S+\.\S{2,}\/\S/.test(field.value)) timer = window.setTimeout(() => take(true), TYPING_PAUSE * 3);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || !field.value.trim()) take(true).then(() => form.requestSubmit());
    else take(true);
  });
}

function watchDrop(form) {
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("dragging");
  });
  form.addEventListener("dragleave", () => form.classList.remove("dragging"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dragging");
    for (const file of event.dataTransfer.files) readFile(file);
    const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text");
    if (text) recognise(text);
  });
}

export function startPaste() {
  const form = box();
  if (!form) return;
  const field = form.querySelector("[data-paste-field]");
  watchField(form, field);
  watchDrop(form);
  form.addEventListener("click", (event) => {
    const row = event.target.closest(".paste-row");
    const use = event.target.closest("[data-use-link]");
    if (use) {
      event.preventDefault();
      replaceLink(row, use.dataset.useLink);
    } else if (event.target.closest("[data-remove-link]")) {
      row.remove();
      count();
      field.focus();
    }
  });
  document.body.addEventListener("paste-done", () => {
    field.value = "";
    count();
  });
  form.addEventListener("htmx:afterSwap", count);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target !== field) form.requestSubmit();
  });
  // A link pasted anywhere on the page goes into the box.
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea, dialog")) return;
    const text = event.clipboardData?.getData("text") || "";
    if (/https?:\/\//i.test(text)) recognise(text);
  });
  count();
}
