// The log's live tail: new lines are counted while one reads, or shown at once while following.
import { atMostEvery, getPart } from "ui/requests";
import { showTimes } from "ui/times";

let waiting = 0;

async function load(log) {
  const holder = document.createElement("template");
  holder.innerHTML = await getPart(log.dataset.url);
  const fresh = holder.content.querySelector("[data-log]");
  if (!fresh) return;
  const known = new Set([...log.children].map((line) => line.id));
  for (const line of [...fresh.children].reverse()) {
    if (line.id && !known.has(line.id)) log.prepend(line);
  }
  window.htmx.process(log);
  showTimes(log);
  waiting = 0;
  document.querySelector("[data-new-lines]").hidden = true;
}

export function startLogs() {
  const log = document.querySelector("[data-log]");
  if (!log) return;
  const follow = document.querySelector("[data-follow]");
  const button = document.querySelector("[data-new-lines]");
  const loadSoon = atMostEvery(1000, () => load(log));
  document.body.addEventListener("log-line", () => {
    waiting += 1;
    if (follow.checked) {
      loadSoon();
      return;
    }
    button.hidden = false;
    button.querySelector("span").textContent = `${waiting.toLocaleString("en")} new line${waiting === 1 ? "" : "s"} while you read`;
  });
  button.addEventListener("click", () => load(log));
  follow.addEventListener("change", () => follow.checked && load(log));
  document.body.addEventListener("refresh-logs", () => window.location.reload());
}
