// Toasts, and the bell's list of what they said.
import { icon } from "ui/requests";

const MARKS = { success: "done", info: "dot", warning: "warning", error: "failed" };
const TONES = { success: "done", info: "running", warning: "warn", error: "failed" };
const MOST_TOASTS = 4;
const MOST_NOTICES = 20;
const SECONDS = 6;
const GATHER_MS = 2000;

function words(title, message) {
  const body = document.createElement("div");
  body.className = "body";
  const strong = document.createElement("strong");
  strong.textContent = title;
  body.append(strong);
  if (message) body.append(message);
  return body;
}

function closeButton(toast) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button in-row";
  button.setAttribute("aria-label", "Close this notification");
  button.append(icon("x", "icon icon-small"));
  button.addEventListener("click", () => toast.remove());
  return button;
}

function remember(title, message) {
  const list = document.querySelector("[data-notice-list]");
  if (!list) return;
  const entry = document.createElement("li");
  const strong = document.createElement("strong");
  strong.textContent = title;
  entry.append(strong, message || "");
  list.prepend(entry);
  while (list.children.length > MOST_NOTICES) list.lastElementChild.remove();
  document.querySelector("[data-no-notices]").hidden = true;
  const bell = document.querySelector("[data-bell]");
  if (bell && !bell.open) document.querySelector("[data-bell-dot]").hidden = false;
}

/** Only a path of this very site may be linked from a notification. */
function ownPath(link) {
  try {
    const url = new URL(link, window.location.href);
    return url.origin === window.location.origin ? url.href : "";
  } catch {
    return "";
  }
}

export function toast({ title, message = "", level = "info", action = null, seconds = SECONDS, picture = "" }) {
  const place = document.getElementById("toasts");
  if (!place) return null;
  const box = document.createElement("div");
  box.className = "toast";
  if (level === "error") box.setAttribute("role", "alert");
  if (picture) {
    const image = document.createElement("img");
    image.src = picture;
    image.alt = "";
    const cover = document.createElement("span");
    cover.className = "cover";
    cover.append(image);
    box.append(cover);
  } else {
    const mark = document.createElement("span");
    mark.className = `status ${TONES[level] || "running"}`;
    mark.append(icon(`mark-${MARKS[level] || "dot"}`, "mark"));
    box.append(mark);
  }
  box.append(words(title, message));
  const link = action && action.link ? ownPath(action.link) : "";
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = action.label;
    box.append(anchor);
  }
  if (action && action.run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  box.append(closeButton(box));
  place.append(box);
  while (place.children.length > MOST_TOASTS) place.firstElementChild.remove();
  if (level !== "error") fadeLater(box, seconds);
  return box;
}

function fadeLater(box, seconds) {
  let timer = 0;
  const start = () => {
    timer = window.setTimeout(() => box.remove(), seconds * 1000);
  };
  box.addEventListener("pointerenter", () => window.clearTimeout(timer));
  box.addEventListener("pointerleave", start);
  box.addEventListener("focusin", () => window.clearTimeout(timer));
  box.addEventListener("focusout", start);
  start();
}

const gathered = [];

/** The browser's own notification: what comes within seconds comes as one. */
function browserNotice(data) {
  gathered.push(data);
  if (gathered.length > 1) return;
  window.setTimeout(() => {
    const all = gathered.splice(0);
    const [first] = all;
    const title = all.length > 1 ? `${all.length} things happened` : first.title;
    const body = all.length > 1 ? all.slice(0, 3).map((one) => one.message || one.title).join("\n") : first.message;
    const shown = new Notification(title, { body, tag: `${title}${body}` });
    const link = all.length === 1 && first.action && first.action.link ? ownPath(first.action.link) : "";
    shown.addEventListener("click", () => {
      window.focus();
      if (link) window.location.assign(link);
    });
  }, GATHER_MS);
}

/** A notification event of the socket: a toast, an entry of the bell, and the browser's own if allowed. */
export function notify(data) {
  const wanted = (document.body.dataset.notices || "").split(" ");
  if (data.kind && !wanted.includes(data.kind)) return;
  toast({
    title: data.title,
    message: data.message,
    level: data.level,
    action: data.action,
    seconds: data.auto_dismiss_seconds || SECONDS,
  });
  remember(data.title, data.message);
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    browserNotice(data);
  }
}

export function startToasts() {
  document.body.addEventListener("toast", (event) => toast(event.detail));
  document.querySelector("[data-bell]")?.addEventListener("toggle", () => {
    document.querySelector("[data-bell-dot]").hidden = true;
  });
  for (const box of document.querySelectorAll("[data-toast]")) {
    box.append(closeButton(box));
    fadeLater(box, SECONDS);
  }
  document.body.addEventListener("htmx:responseError", (event) => {
    const holder = document.createElement("template");
    holder.innerHTML = event.detail.xhr.responseText;
    const block = holder.content.querySelector(".error-block");
    const title = block?.querySelector("strong")?.textContent || "That did not work";
    const message = block?.querySelector("span:not(.actions)")?.textContent || `The server answered ${event.detail.xhr.status}.`;
    toast({ title, message, level: "error" });
  });
  document.body.addEventListener("htmx:sendError", () => {
    toast({ title: "The server did not answer", message: "Your downloads are not affected. Try again.", level: "error" });
  });
}
