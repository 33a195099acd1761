// Times are relative, kept fresh, and exact on hover in the browser's own zone.
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const precise = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function about(seconds) {
  if (seconds < MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < 1.5 * HOUR) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.round(seconds / HOUR)} h`;
  return `${Math.round(seconds / DAY)} days`;
}

function shortDate(when, now) {
  const text = `${when.getDate()} ${months[when.getMonth()]}`;
  return when.getFullYear() === now.getFullYear() ? text : `${text} ${when.getFullYear()}`;
}

export function ago(when, now = new Date()) {
  const passed = (now - when) / 1000;
  if (passed < -1) return `in ${about(-passed)}`;
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const days = Math.round((midnight(now) - midnight(when)) / (DAY * 1000));
  if (days === 0) return `${Math.floor(passed / HOUR)} h ago`;
  if (days === 1) return "yesterday";
  if (days < 7) return `${days} days ago`;
  return shortDate(when, now);
}

const SHOW = {
  ago,
  clock: (when, now = new Date()) => (Math.abs(now - when) < DAY * 1000 ? clockTime.format(when) : `${shortDate(when, now)}, ${clockTime.format(when)}`),
  date: (when, now = new Date()) => `${shortDate(when, now)}, ${clockTime.format(when)}`,
  precise: (when) => precise.format(when),
};

export function showTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    const text = (SHOW[time.dataset.time] || ago)(when);
    if (time.textContent !== text) time.textContent = text;
    time.title = exact.format(when);
  }
}

export function startTimes() {
  showTimes();
  window.setInterval(() => showTimes(), 20_000);
  document.body.addEventListener("htmx:afterSettle", () => showTimes());
  new MutationObserver(() => queueMicrotask(() => showTimes())).observe(document.getElementById("content"), { childList: true, subtree: true });
}
