// The queue's page: open rows, priorities by key and by dragging, the import dialog.
import { keepOpen } from "ui/open_rows";
import { base, getPart, post, refresh } from "ui/requests";
import { isTyping } from "ui/shortcuts";
import { toast } from "ui/toasts";

async function toggle(row) {
  const detail = row.querySelector(".row-detail");
  const opens = detail.hidden;
  if (opens && !detail.childElementCount) {
    detail.innerHTML = await getPart(detail.dataset.detail);
    window.htmx.process(detail);
  }
  detail.hidden = !opens;
  row.querySelector(".row-actions [data-toggle-row]")?.setAttribute("aria-expanded", String(opens));
}

async function setPriority(row, priority) {
  if (!["pending", "paused", "downloading"].includes(row.dataset.status)) return;
  const answer = await post(`${base}queue/${row.dataset.item}/priority`, { priority });
  if (!answer.ok) {
    toast({ title: "The priority was not changed", message: "Only items that have not ended have a place.", level: "error" });
    return;
  }
  refresh("queue");
}

function watchKeys(list) {
  list.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("[data-item]");
    if (!row) return;
    if (/^[0-9]$/.test(event.key) && row.querySelector(".priority-pick select")) {
      event.preventDefault();
      setPriority(row, event.key === "0" ? 10 : Number(event.key));
    } else if (event.key === " " && event.target.matches(".row-name")) {
      event.preventDefault();
      row.querySelector('.row-actions [title="Pause"], .row-actions [title="Resume"]')?.click();
    }
  });
}

function watchDragging(list) {
  let dragged = null;
  const clear = () => list.querySelectorAll(".drop-here, .dragged").forEach((row) => row.classList.remove("drop-here", "dragged"));
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".queue-row.pending");
    if (!dragged) return;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.item);
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest(".queue-row.pending");
    if (!dragged || !over) return;
    event.preventDefault();
    list.querySelectorAll(".drop-here").forEach((row) => row.classList.remove("drop-here"));
    over.classList.add("drop-here");
  });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest(".queue-row.pending");
    event.preventDefault();
    clear();
    if (dragged && over && over !== dragged) setPriority(dragged, over.dataset.priority);
    dragged = null;
  });
  list.addEventListener("dragend", clear);
}

export function startQueue() {
  for (const button of document.querySelectorAll("[data-close-dialog]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  document.querySelector("[data-open-import]")?.addEventListener("click", () => document.getElementById("import").showModal());
  const list = document.querySelector("[data-queue]");
  if (!list) return;
  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-toggle-row]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    toggle(link.closest(".queue-row"));
  });
  list.addEventListener("submit", (event) => event.preventDefault());
  watchKeys(list);
  watchDragging(list);
  keepOpen();
}
