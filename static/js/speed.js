// The sidebar's speed: the sum over running items, as a figure and as a line of the last minutes.
const POINTS = 48;
const EVERY = 2000;
const FORGET_AFTER = 15_000;
const BITS = 8; // the event has megabits a second; people read megabytes
const WIDTH = 188;
const HEIGHT = 28;
const running = new Map();
const past = remembered();

/** The line goes on from page to page. */
function remembered() {
  try {
    const kept = JSON.parse(sessionStorage.getItem("speed") || "{}");
    const missed = Math.floor((Date.now() - kept.at) / EVERY);
    if (Array.isArray(kept.past) && kept.past.length === POINTS && missed < POINTS) {
      return [...kept.past, ...Array(missed).fill(0)].slice(-POINTS);
    }
  } catch {
    // Nothing kept that can be used.
  }
  return Array(POINTS).fill(0);
}

function total() {
  const now = Date.now();
  let sum = 0;
  for (const [id, entry] of running) {
    if (now - entry.at > FORGET_AFTER) running.delete(id);
    else sum += entry.speed;
  }
  return sum;
}

/** Take in a progress or completion event. */
export function showSpeed(data) {
  running.delete("seed");
  if (data.status === "downloading" && data.progress < 100) {
    running.set(data.queue_id, { speed: (data.speed_mbps || 0) / BITS, at: Date.now() });
  } else {
    running.delete(data.queue_id);
  }
  showTotal();
}

function showTotal() {
  const text = `${total().toFixed(1)} MB/s`;
  for (const place of document.querySelectorAll("[data-speed]")) place.textContent = text;
}

/** How many items run, and how much is stored, as the server counted them. */
export function showCounts({ running: count, storage }) {
  for (const place of document.querySelectorAll("[data-storage-used]")) place.textContent = storage;
  for (const place of document.querySelectorAll("[data-running-count]")) place.textContent = count;
  for (const bubble of document.querySelectorAll("[data-running-bubble]")) bubble.hidden = !count;
}

function draw() {
  past.push(total());
  past.shift();
  sessionStorage.setItem("speed", JSON.stringify({ at: Date.now(), past }));
  showTotal();
  const line = document.querySelector("[data-speed-line]");
  if (!line) return;
  const highest = Math.max(1, ...past);
  const points = past.map((value, index) => {
    const x = (index * WIDTH) / (POINTS - 1);
    const y = HEIGHT - 1 - (value / highest) * (HEIGHT - 4);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  line.querySelector(".edge").setAttribute("d", `M${points.join("L")}`);
  line.querySelector(".area").setAttribute("d", `M0 ${HEIGHT}L${points.join("L")}L${WIDTH} ${HEIGHT}z`);
}

export function startSpeed() {
  const seed = Number(document.querySelector("[data-seed]")?.dataset.seed || 0);
  if (seed) running.set("seed", { speed: seed, at: Date.now() });
  draw();
  window.setInterval(() => !document.hidden && draw(), EVERY);
}
