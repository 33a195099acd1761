// Comfort on the login page; it works without.
const toggle = document.querySelector("[data-show-password]");
const field = document.getElementById("password");
if (toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
  });
}

const lock = document.querySelector("[data-lock-seconds]");
const button = document.querySelector("[data-locked]");
if (lock && button) {
  const until = Date.now() + Number(lock.dataset.lockSeconds) * 1000;
  button.disabled = true;
  const timer = window.setInterval(() => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    const minutes = Math.floor(left / 60);
    lock.textContent = minutes ? `${minutes} min ${left % 60} s` : `${left} s`;
    if (left) return;
    window.clearInterval(timer);
    button.disabled = false;
    lock.closest(".error-block").hidden = true;
  }, 1000);
}
