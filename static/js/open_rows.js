// Rows of the queue that a person opened or selected stay so when the server sends the list again.
/** Rows that are open stay open, with what they show, when the list comes again. */
export function keepOpen() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "queue-list") return;
    const holder = document.createElement("template");
    holder.innerHTML = event.detail.serverResponse;
    carryOver(holder.content);
    event.detail.serverResponse = holder.innerHTML;
  });
}

export function carryOver(fresh) {
  for (const open of document.querySelectorAll(".row-detail:not([hidden])")) {
    const detail = fresh.querySelector(`#${open.id}`);
    if (!detail) continue;
    detail.hidden = false;
    detail.innerHTML = open.innerHTML;
    detail.closest(".queue-row").querySelector(".row-actions [data-toggle-row]")?.setAttribute("aria-expanded", "true");
  }
  for (const check of document.querySelectorAll("#queue-list input[data-select]:checked")) {
    fresh.querySelector(`#queue-list input[value="${check.value}"], [id="item-${check.value}"] input[data-select]`)?.setAttribute("checked", "");
  }
}
