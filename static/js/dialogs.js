// The one dialog for questions: it names what will be lost, cancel comes first, the button repeats the verb.
export function ask({ title, text, pictures = [], choice = "", cancel = "Cancel", confirm, danger = false }) {
  const dialog = document.getElementById("dialog");
  const heading = document.createElement("h2");
  heading.id = "dialog-title";
  heading.textContent = title;
  const words = document.createElement("p");
  words.textContent = text;
  const form = document.createElement("form");
  form.method = "dialog";
  const parts = [heading, words];
  if (pictures.length) {
    const row = document.createElement("div");
    row.className = "thumbs";
    for (const source of pictures.slice(0, 8)) {
      const image = document.createElement("img");
      image.src = source;
      image.alt = "";
      row.append(image);
    }
    parts.push(row);
  }
  let box = null;
  if (choice) {
    const label = document.createElement("label");
    label.className = "choice";
    box = document.createElement("input");
    box.type = "checkbox";
    box.className = "check";
    label.append(box, choice);
    parts.push(label);
  }
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  actions.append(button(cancel, "", ""), button(confirm, danger ? "danger" : "main", "yes"));
  form.append(...parts, actions);
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve({ yes: dialog.returnValue === "yes", chosen: Boolean(box?.checked) }), { once: true });
  });
}

function button(text, kind, value) {
  const made = document.createElement("button");
  made.type = "submit";
  made.value = value;
  made.className = `button ${kind}`;
  made.textContent = text;
  return made;
}

export function startDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  // A form, or one of its buttons, with data-ask is sent only after the question; it names what is lost and the button.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const pressed = event.submitter;
    const { ask: text, askTitle: title, askButton: confirm } = pressed?.dataset.ask ? pressed.dataset : form.dataset;
    if (!text) return;
    event.preventDefault();
    if (!(await ask({ title, text, confirm, danger: true })).yes) return;
    const said = document.createElement("input"); // submit() itself leaves the pressed button out
    if (pressed?.name) form.append(Object.assign(said, { type: "hidden", name: pressed.name, value: pressed.value }));
    form.submit();
    said.remove(); // or it would speak for another button when one comes back
  });
  // hx-confirm uses the same dialog; data-confirm-* name what is lost and the button.
  document.body.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const data = event.detail.elt.dataset;
    const answer = await ask({
      title: data.confirmTitle || "Are you sure?",
      text: event.detail.question,
      confirm: data.confirmButton || "Yes",
      cancel: data.confirmCancel || "Cancel",
      danger: "confirmDanger" in data,
    });
    if (answer.yes) event.detail.issueRequest(true);
  });
}
