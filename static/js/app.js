// What every page starts; each behaviour looks for its own places and does nothing where there are none.
import { startChart } from "ui/chart";
import { startDialogs } from "ui/dialogs";
import { startGallery } from "ui/gallery";
import { startHistory } from "ui/history";
import { startLightbox } from "ui/lightbox";
import { startLive } from "ui/live";
import { startLogs } from "ui/logs";
import { startMenus } from "ui/menus";
import { startPaste } from "ui/paste";
import { startQueue } from "ui/queue";
import { startSchedule } from "ui/schedule";
import { startSelection } from "ui/selection";
import { startSettings } from "ui/settings";
import { startShortcuts } from "ui/shortcuts";
import { startSpeed } from "ui/speed";
import { startTheme } from "ui/theme";
import { startTimes } from "ui/times";
import { startToasts } from "ui/toasts";

const starts = [
  startTheme, startTimes, startMenus, startDialogs, startToasts, startShortcuts, startGallery, startPaste, startQueue,
  startHistory, startSelection, startLightbox, startChart, startSchedule, startSettings, startLogs, startSpeed, startLive,
];
for (const start of starts) start();
document.addEventListener("click", (event) => event.target.closest("[data-reload]") && window.location.reload());
