// The settings' form: what changed and what needs correcting, sliders, search; and small forms of the account.
import { base, icon } from "ui/requests";

const initial = new Map();
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

function problemOf(field) {
  const { low, high } = field.dataset;
  if (low === undefined || high === undefined) return "";
  const number = Number(field.value);
  const whole = /^-?\d+(\.\d+)?$/.test(field.value.trim());
  const inside = whole && (low === "" || number >= Number(low)) && (high === "" || number <= Number(high));
  return inside ? "" : `Enter a number from ${Number(low).toLocaleString("en")} to ${Number(high).toLocaleString("en")}.`;
}

function showProblem(field) {
  const problem = problemOf(field);
  const note = document.getElementById(`note-${field.name}`);
  field.setAttribute("aria-invalid", String(Boolean(problem)));
  field.closest(".field-box")?.toggleAttribute("data-invalid", Boolean(problem));
  if (!note) return problem;
  const changed = initial.get(field) !== field.value;
  const words = problem || [note.dataset.note, note.dataset.note && changed ? `was ${initial.get(field)}` : ""].filter(Boolean).join(", ");
  note.replaceChildren(...(problem ? [icon("mark-failed", "mark")] : []), words);
  note.classList.toggle("bad", Boolean(problem));
  note.hidden = !words;
  return problem;
}

function fill(slider) {
  const share = (slider.value - slider.min) / (slider.max - slider.min);
  slider.style.setProperty("--fill", `${Math.round(Math.max(0, Math.min(1, share)) * 100)}%`);
}

function watch(form) {
  const sliders = [...form.querySelectorAll("[data-slider-for]")];
  sliders.forEach(fill);
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.tagName !== "BUTTON");
  for (const field of fields) initial.set(field, valueOf(field));
  const bar = form.querySelector("[data-save-bar]");
  const update = () => {
    const changed = fields.filter((field) => initial.get(field) !== valueOf(field));
    const wrong = fields.filter((field) => field.dataset.low !== undefined && problemOf(field));
    bar.hidden = !changed.length;
    bar.querySelector("[data-change-words]").textContent = `${changed.length} change${changed.length === 1 ? "" : "s"} not saved`;
    bar.querySelector("[data-wrong-words]").textContent = wrong.length ? `${wrong.length} need${wrong.length === 1 ? "s" : ""} correcting` : "";
    bar.querySelector("[type=submit]").disabled = wrong.length > 0;
  };
  form.addEventListener("input", (event) => {
    const slider = event.target.dataset.sliderFor;
    const field = slider ? form.elements[slider] : event.target;
    if (slider) field.value = event.target.value;
    if (field.dataset.low !== undefined) showProblem(field);
    const other = form.querySelector(`[data-slider-for="${field.name}"]`);
    if (other && !slider) other.value = field.value;
    sliders.forEach(fill);
    update();
  });
  form.addEventListener("reset", () => window.setTimeout(() => {
    fields.filter((field) => field.dataset.low !== undefined).forEach(showProblem);
    sliders.forEach(fill);
    update();
  }));
  let saved = false;
  form.addEventListener("submit", () => {
    saved = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!saved && !bar.hidden) event.preventDefault();
  });
}

function watchSearch() {
  const search = document.querySelector("[data-settings-search]");
  search?.addEventListener("submit", (event) => event.preventDefault());
  search?.addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const panel of document.querySelectorAll(".settings-form > .panel")) {
      const title = panel.querySelector("h2").textContent.toLowerCase().includes(wanted);
      let any = title;
      for (const row of panel.querySelectorAll("[data-setting]")) {
        row.hidden = !title && !row.dataset.setting.includes(wanted);
        any ||= !row.hidden;
      }
      panel.hidden = !any;
    }
  });
}

function watchSections() {
  const links = [...document.querySelectorAll("[data-section-link]")];
  if (!links.length) return;
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links) link.toggleAttribute("aria-current", link.dataset.sectionLink === entry.target.id);
      document.querySelector("[data-section-link][aria-current]")?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -70% 0px" });
  for (const link of links) {
    const section = document.getElementById(link.dataset.sectionLink);
    if (section) seen.observe(section);
  }
}

function smallForms() {
  document.addEventListener("change", (event) => event.target.matches("select[data-submit]") && event.target.form.requestSubmit());
  const mark = document.querySelector("[data-bookmarklet]");
  if (mark) {
    const target = new URL(base, window.location.href).href;
    mark.href = `javascript:void(window.open(${JSON.stringify(target)}+"?links="+encodeURIComponent(location.href)))`;
    mark.addEventListener("click", (event) => event.preventDefault());
  }
  const allow = document.querySelector("[data-allow-notifications]");
  if (allow && "Notification" in window && Notification.permission === "default") {
    allow.hidden = false;
    allow.addEventListener("click", async () => {
      await Notification.requestPermission();
      allow.hidden = true;
    });
  }
}

/** The path template shows where an example would go while it is typed. */
function previewPath(form) {
  const field = form.elements["general.path_template"];
  if (!field) return;
  const note = document.getElementById("note-general.path_template");
  let timer = 0;
  const show = async () => {
    const typed = field.value;
    const answer = await fetch(`${base}settings/path-preview?template=${encodeURIComponent(typed)}`);
    if (typed !== field.value || (!answer.ok && answer.status !== 422)) return;
    note.hidden = false;
    note.classList.toggle("bad", !answer.ok);
    note.textContent = await answer.text();
    field.setAttribute("aria-invalid", String(!answer.ok));
  };
  if (field.getAttribute("aria-invalid") !== "true") show();
  form.addEventListener("reset", () => setTimeout(show));
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 250);
  });
}

export function startSettings() {
  const form = document.querySelector("[data-settings]");
  if (form) watch(form);
  if (form) previewPath(form);
  form?.querySelector(".field-note.bad, [aria-invalid=true]")?.closest(".setting")?.querySelector(".field, input:not([type=hidden])")?.focus();
  watchSearch();
  watchSections();
  smallForms();
}
