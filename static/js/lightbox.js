// The lightbox: one file large, keys to step, the strip of its neighbours, its place in the URL.
import { base, getPart, post } from "ui/requests";
import { act, fire } from "ui/selection";
import { showTimes } from "ui/times";
import { toast } from "ui/toasts";

const NEIGHBOURS = 6;
let returnTo = "";
let opener = null;

const frame = () => document.getElementById("lightbox");
const links = () => [...document.querySelectorAll(".library [data-open], .newest [data-open], .file-grid [data-open]")];
const currentId = () => frame()?.querySelector("[data-shown]")?.dataset.shown;
const indexOf = (id) => links().findIndex((link) => link.dataset.open === id);

function film(id) {
  const strip = frame().querySelector("[data-filmstrip]");
  const all = links();
  const at = indexOf(id);
  if (at < 0) return;
  for (const link of all.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)) {
    const picture = (link.closest("[data-id]") || link).querySelector("img");
    if (!picture) continue;
    const image = document.createElement("img");
    image.src = picture.getAttribute("src");
    image.alt = "";
    image.dataset.go = link.dataset.open;
    if (link.dataset.open === id) image.className = "current";
    strip.append(image);
  }
  const total = document.querySelector("[data-library]")?.dataset.total || all.length;
  frame().querySelector("[data-position]").textContent = `${(at + 1).toLocaleString("en")} of ${Number(total).toLocaleString("en")}`;
}

async function show(id) {
  const dialog = frame();
  const bare = dialog.querySelector(".shown.bare");
  try {
    dialog.querySelector("[data-lightbox-body]").innerHTML = await getPart(`${base}history/${id}`);
  } catch {
    toast({ title: "The file could not be shown", message: "It may have been deleted meanwhile. Load the page again.", level: "error" });
    return;
  }
  if (bare || window.innerWidth < 860) setDetails(false);
  showTimes(dialog);
  film(id);
  preload(id);
  if (!dialog.open) {
    returnTo = window.location.href;
    dialog.showModal();
  }
  window.history.replaceState(null, "", `${base}history/${id}`);
}

/** The next picture is asked for while this one is looked at. */
function preload(id) {
  const next = links()[indexOf(id) + 1];
  if (next && next.querySelector("img")) new Image().src = `${base}api/v1/downloads/${next.dataset.open}/file`;
}

function step(by) {
  const all = links();
  const next = all[indexOf(currentId()) + by];
  if (next) show(next.dataset.open);
  if (indexOf(currentId()) > all.length - 8) document.querySelector(".gallery-more, .table-more")?.scrollIntoView({ block: "end" });
}

function setDetails(shown) {
  const article = frame().querySelector(".shown") || document.querySelector(".shown");
  article.classList.toggle("bare", !shown);
  article.querySelector("[data-toggle-details]").setAttribute("aria-pressed", String(shown));
}

async function actOnShown(action) {
  const id = (document.querySelector("#lightbox [data-shown]") || document.querySelector("[data-shown]")).dataset.shown;
  const next = links()[indexOf(id) + 1] || links()[indexOf(id) - 1];
  if (!(await act(action, [id]))) return;
  if (!frame()?.open) window.location.reload();
  else if (action !== "delete") show(id);
  else if (next && next.dataset.open !== id) show(next.dataset.open);
  else frame().close();
}

/** Tags and note are saved without leaving the file; what is refused stays typed, with the reason. */
async function annotate(form) {
  const answer = await post(form.action, new FormData(form));
  const problem = form.querySelector("[data-annotate-problem]");
  problem.hidden = answer.ok;
  if (!answer.ok) {
    problem.textContent = answer.status === 422 ? await answer.text() : "It could not be saved. Try again.";
    return;
  }
  fire(answer);
  if (frame()?.open) await show(currentId());
  else window.location.reload();
  document.getElementById("shown-tags")?.focus();
}

function onKey(event) {
  if (event.target.closest("video, input, textarea") || event.ctrlKey || event.metaKey) return;
  const keys = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    k: () => step(-1),
    j: () => step(1),
    i: () => setDetails(frame().querySelector(".shown").classList.contains("bare")),
    Delete: () => frame().querySelector('[data-shown-action="delete"]')?.click(),
    " ": () => {
      const video = frame().querySelector("video, audio");
      if (video) video.paused ? video.play() : video.pause();
    },
  };
  if (!keys[event.key] || (event.key === " " && event.target.closest("button, a"))) return;
  event.preventDefault();
  keys[event.key]();
}

function onClick(event) {
  const target = event.target;
  const stepper = target.closest("[data-step]");
  const go = target.closest("[data-go]");
  const action = target.closest("[data-shown-action]");
  if (stepper) step(Number(stepper.dataset.step));
  if (go) show(go.dataset.go);
  if (action) actOnShown(action.dataset.shownAction);
  if (target.closest("[data-toggle-details]")) setDetails(target.closest(".shown").classList.contains("bare"));
  if (target.closest("[data-close-lightbox]")) frame().close();
}

export function startLightbox() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (link && frame() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener = link;
      show(link.dataset.open);
    } else {
      onClick(event);
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-annotate]")) return;
    event.preventDefault();
    annotate(event.target);
  });
  const dialog = frame();
  if (!dialog) return;
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("close", () => {
    dialog.querySelector("[data-lightbox-body]").replaceChildren();
    window.history.replaceState(null, "", returnTo);
    opener?.focus();
  });
}
