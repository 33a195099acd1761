// The scheduler's page: the cron helper, and the marks on the line of the next day.
import { atMostEvery, getPart } from "ui/requests";

function placeMarks() {
  for (const mark of document.querySelectorAll("[data-place]")) mark.style.insetInlineStart = `${mark.dataset.place}%`;
}

export function startSchedule() {
  placeMarks();
  const form = document.querySelector("[data-cron]");
  if (!form) return;
  const fields = [...form.querySelectorAll("[data-cron-field]")];
  const chips = [...form.querySelectorAll("[data-preset]")];
  const look = atMostEvery(300, async () => {
    const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
    try {
      document.getElementById("cron-preview").innerHTML = await getPart(`${form.dataset.cron}?${query}`);
    } catch {
      // The next key asks again.
    }
  });
  const mark = () => {
    const now = fields.map((field) => field.value.trim()).join(" ");
    for (const chip of chips) {
      chip.classList.toggle("on", chip.dataset.preset === now);
      chip.setAttribute("aria-pressed", String(chip.dataset.preset === now));
    }
  };
  form.addEventListener("input", (event) => {
    if (!event.target.matches("[data-cron-field]")) return;
    mark();
    look();
  });
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-preset]");
    if (!chip) return;
    chip.dataset.preset.split(" ").forEach((part, index) => {
      fields[index].value = part;
    });
    mark();
    look();
  });
}
