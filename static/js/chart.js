// The chart's tip: what the bar under the pointer says.
export function startChart() {
  document.addEventListener("pointerover", (event) => {
    const column = event.target.closest?.(".column");
    for (const tip of document.querySelectorAll("[data-chart-tip]")) tip.hidden = true;
    if (!column) return;
    const plot = column.closest(".chart-plot");
    const tip = plot.querySelector("[data-chart-tip]");
    const title = document.createElement("strong");
    title.textContent = column.dataset.title;
    tip.replaceChildren(title, column.dataset.words);
    tip.hidden = false;
    const place = plot.getBoundingClientRect();
    const bar = column.querySelector(".hit").getBoundingClientRect();
    const left = bar.left + bar.width / 2 - place.left - tip.offsetWidth / 2;
    tip.style.insetInlineStart = `${Math.max(0, Math.min(place.width - tip.offsetWidth, left))}px`;
    const top = (column.querySelector(".failed") || column.querySelector(".done") || column.querySelector(".hit")).getBoundingClientRect().top;
    tip.style.insetBlockStart = `${Math.max(-34, top - place.top - tip.offsetHeight - 6)}px`;
  });
}
