// Buttons that copy what they name.
import { toast } from "ui/toasts";

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast({ title: "Copied", level: "success" });
    } catch {
      toast({ title: "The browser did not let it be copied", message: button.dataset.copy, level: "warning", seconds: 20 });
    }
  });
}
