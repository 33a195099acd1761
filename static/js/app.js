// What every page starts, and what only pages with the right places on them load.
import { startCopying } from "ui/copying";
import { startDialogs } from "ui/dialogs";
import { startGallery } from "ui/gallery";
import { startLive } from "ui/live";
import { startMenus } from "ui/menus";
import { startShortcuts } from "ui/shortcuts";
import { startSpeed } from "ui/speed";
import { startTheme } from "ui/theme";
import { startTimes } from "ui/times";
import { startToasts } from "ui/toasts";

const everywhere = [
  startTheme, startTimes, startMenus, startDialogs, startToasts, startShortcuts, startCopying, startGallery, startSpeed,
  startLive,
];
for (const start of everywhere) start();
// On phones the open tab may stand outside its row.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
document.addEventListener("click", (event) => event.target.closest("[data-reload]") && window.location.reload());

const whereNeeded = [
  ["[data-paste]", async () => (await import("ui/paste")).startPaste()],
  ["[data-chart]", async () => (await import("ui/chart")).startChart()],
  ["[data-queue]", async () => (await import("ui/queue")).startQueue()],
  ["[data-selection]", async () => (await import("ui/selection")).startSelection()],
  ["#lightbox, [data-shown]", async () => (await import("ui/lightbox")).startLightbox()],
  ["[data-place], [data-cron]", async () => (await import("ui/schedule")).startSchedule()],
  [".settings", async () => (await import("ui/settings")).startSettings()],
  ["[data-review]", async () => (await import("ui/review")).startReview()],
  ["[data-log]", async () => (await import("ui/logs")).startLogs()],
];
const needed = whereNeeded.filter(([place]) => document.querySelector(place));
await Promise.all(needed.map(([, start]) => start()));
document.documentElement.dataset.ready = "";
