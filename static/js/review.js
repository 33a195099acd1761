// Comparing two pictures: side by side, with a slider, by their difference; and the keys that decide.
import { isTyping } from "ui/shortcuts";

function show(review, mode) {
  const pictures = review.querySelector("[data-review-pictures]");
  pictures.dataset.mode = mode;
  for (const button of review.querySelectorAll("[data-review-mode]")) button.setAttribute("aria-pressed", String(button.dataset.reviewMode === mode));
  const slider = review.querySelector("[data-review-slider]");
  slider.hidden = mode !== "slider";
  slide(review, slider.querySelector("input").value);
}

function slide(review, percent) {
  review.querySelector("[data-review-pictures]").style.setProperty("--shown", `${percent}%`);
}

function decide(event) {
  const review = document.querySelector("[data-review]");
  if (!review || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target.closest?.("a, button, summary, input, select, textarea")) return; // it has its own meaning there
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const button = [...review.querySelectorAll("[data-review-key]")].find((one) => one.dataset.reviewKey === key);
  if (!button || event.repeat || review.dataset.decided) return;
  review.dataset.decided = "yes"; // a second key meant the same picture
  event.preventDefault();
  button.click();
}

export function startReview() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-review-mode]");
    if (button) show(button.closest("[data-review]"), button.dataset.reviewMode);
  });
  document.addEventListener("input", (event) => {
    const slider = event.target.closest?.("[data-review-slider]");
    if (slider) slide(slider.closest("[data-review]"), event.target.value);
  });
  document.addEventListener("keydown", decide);
}
