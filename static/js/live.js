// What the socket's events change on the page: rows, counts, toasts; and the banner when it is lost.
import { atMostEvery, base, getPart, icon, morphRows, refresh } from "ui/requests";
import { carryOver } from "ui/open_rows";
import { LiveSocket } from "ui/socket";
import { showCounts, showSpeed } from "ui/speed";
import { notify } from "ui/toasts";

const ROWS_EVERY = 600;
const LISTS_EVERY = 800;
const POLL_EVERY = 10_000;
const changed = new Set();

/** Fetch the rows of the items that changed and are on the page, all in one request. */
async function updateRows() {
  const ids = [...changed].filter((id) => document.querySelector(`[data-item="${id}"]`));
  changed.clear();
  if (!ids.length) return;
  const shapes = [
    [document.getElementById("running"), "run"],
    [document.getElementById("queue-list"), "row"],
  ].filter(([place]) => place);
  for (const [, shape] of shapes) {
    try {
      morphRows(await getPart(`${base}queue/rows?shape=${shape}&ids=${ids.slice(0, 100).join(",")}`), carryOver);
    } catch {
      // The next event asks again.
    }
  }
}

const rowsSoon = atMostEvery(ROWS_EVERY, updateRows);
const listsSoon = atMostEvery(LISTS_EVERY, () => {
  for (const part of ["running", "queue", "nav"]) refresh(part);
});
const librarySoon = atMostEvery(5000, () => {
  for (const part of ["figures", "newest"]) refresh(part);
});

function rowChanged(id) {
  changed.add(id);
  rowsSoon();
}

function onProgress(data) {
  showSpeed(data);
  if (document.querySelector(`[data-item="${data.queue_id}"]`)) rowChanged(data.queue_id);
  else if (document.getElementById("running") || document.getElementById("queue-list")) listsSoon();
}

function onQueueUpdate(data) {
  const item = data.item || {};
  if (item.status && item.status !== "downloading") showSpeed({ queue_id: item.id, status: item.status });
  listsSoon();
}

function onCompleted(data) {
  showSpeed(data);
  listsSoon();
  librarySoon();
}

function banner(socket) {
  const place = document.getElementById("banners");
  const box = document.createElement("div");
  box.className = "banner warn";
  box.id = "lost-banner";
  const text = document.createElement("span");
  const strong = document.createElement("strong");
  const rest = document.createElement("span");
  text.append(strong, " ", rest);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small end";
  button.textContent = "Try now";
  button.addEventListener("click", () => socket.connect());
  box.append(icon("plug-connected-x"), text, button);
  place.prepend(box);
  return { box, strong, rest };
}

function watchLoss(socket) {
  let shown = null;
  let lostAt = 0;
  let clock = 0;
  let poll = 0;
  const stop = () => {
    shown?.box.remove();
    shown = null;
    lostAt = 0;
    window.clearInterval(clock);
    window.clearInterval(poll);
  };
  const tick = () => {
    const gone = Math.round((Date.now() - lostAt) / 1000);
    const wait = Math.max(0, Math.ceil((socket.retryAt - Date.now()) / 1000));
    if (gone < 3) return;
    shown ||= banner(socket);
    shown.strong.textContent = gone < 10 ? "Live updates stopped." : `Live updates stopped ${gone} s ago.`;
    shown.rest.textContent = wait
      ? `Downloads go on. Trying again in ${wait} s; until then this page asks every 10 s.`
      : "Downloads go on. Trying again now.";
  };
  socket.addEventListener("lost", () => {
    sayLive(false);
    if (lostAt) return;
    lostAt = Date.now();
    clock = window.setInterval(tick, 1000);
    poll = window.setInterval(() => {
      listsSoon();
      librarySoon();
    }, POLL_EVERY);
  });
  socket.addEventListener("open", (event) => {
    stop();
    sayLive(true);
    if (event.detail.again) listsSoon();
  });
  socket.addEventListener("signed-out", () => window.location.reload());
}

function sayLive(isLive) {
  for (const state of document.querySelectorAll("[data-live-state]")) {
    state.classList.toggle("lost", !isLive);
    state.querySelector("[data-live-word]").textContent = isLive ? "Live" : "Not live";
  }
}

export function startLive() {
  const path = document.body.dataset.socket;
  if (!path) return;
  document.body.addEventListener("shell-counts", (event) => showCounts(event.detail));
  const socket = new LiveSocket(path);
  const listeners = {
    download_progress: onProgress,
    download_completed: onCompleted,
    queue_updated: onQueueUpdate,
    notification: notify,
    log: (data) => document.body.dispatchEvent(new CustomEvent("log-line", { detail: data })),
    resync: () => {
      listsSoon();
      librarySoon();
    },
  };
  for (const [type, act] of Object.entries(listeners)) {
    socket.addEventListener(type, (event) => act(event.detail || {}));
  }
  watchLoss(socket);
  socket.connect();
}
