// Requests to our own server, with the CSRF token, and what the page was told about its place.
const body = document.body;

export const base = body.dataset.base || "/";
export const spriteUrl = body.dataset.sprite || "";

function csrfToken() {
  return JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

export async function getPart(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (answer.headers.get("HX-Redirect")) {
    window.location.assign(answer.headers.get("HX-Redirect"));
    return "";
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

export async function post(url, fields) {
  const form = fields instanceof FormData ? fields : new FormData();
  if (!(fields instanceof FormData)) for (const [name, value] of Object.entries(fields || {})) form.append(name, value);
  return fetch(url, {
    method: "POST",
    body: form,
    headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
    credentials: "same-origin",
  });
}

/** Ask htmx to fetch a part again, by the event that the part listens to. */
export function refresh(name) {
  document.body.dispatchEvent(new CustomEvent(`refresh-${name}`));
}

/** Run `work` at most once in `milliseconds`, the last call wins. */
export function atMostEvery(milliseconds, work) {
  let timer = 0;
  let last = 0;
  return () => {
    if (timer) return;
    const wait = Math.max(0, last + milliseconds - Date.now());
    timer = window.setTimeout(() => {
      timer = 0;
      last = Date.now();
      work();
    }, wait);
  };
}

/** An icon of the sprite as an element. */
export function icon(name, kind = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteUrl}#${name}`);
  svg.append(use);
  return svg;
}

/** Put the rows of an answer in place of those with the same id, without losing focus or motion. */
export function morphRows(html, prepare = () => {}) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  prepare(holder.content);
  for (const fresh of [...holder.content.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    window.Idiomorph.morph(old, fresh, { morphStyle: "outerHTML" });
    const now = document.getElementById(fresh.id);
    if (now) window.htmx.process(now);
  }
}
