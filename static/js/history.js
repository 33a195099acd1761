// The history's page: the gallery is laid out again when something left it.
import { layOutAll } from "ui/gallery";

export function startHistory() {
  document.body.addEventListener("gallery-changed", layOutAll);
}
