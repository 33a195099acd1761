"""The fake fastdl's page: a form, tabs, a list that grows when it is scrolled, and a script that signs."""

import json
import secrets

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>FastDl</title>
<style>.grid div { height: 300px } #consent { position: fixed; inset: 0; background: #fffd; z-index: 9 }</style></head>
<body>
<div id="consent"><p>We value your privacy</p><button>Consent</button></div>
<form class="search-form"><input type="text" id="%(input_id)s" class="search-form__input">
<button type="submit" class="search-form__button">Download</button></form>
<div id="box"></div>
<ul id="tabs" hidden><li><button>posts</button></li><li><button>stories</button></li>
<li><button>highlights</button></li><li><button>reels</button></li></ul>
<div class="grid" id="grid"></div>
<script>
(() => {
  const a = %(masked)s, b = %(mask)s;  // never the key itself
  const key = () => new Uint8Array(a.map((value, at) => value ^ b[(at * 7 + 3) %% b.length]));
  const built = 1759000000000;
  let offset = 0, state = {}, busy = false;
  const hex = (buffer) => [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const compact = (data) => JSON.stringify(Object.fromEntries(Object.entries(data).sort()));
  async function sign(data) {
    const ts = Date.now() + offset;
    const secret = await crypto.subtle.importKey("raw", key(), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mark = await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(compact(data) + ts));
    return { ...data, ts, _ts: built, _tsc: offset, _sv: 2, _s: hex(mark) };
  }
  async function ask(path, data) {
    const token = document.querySelector("input[name*=turnstile]");
    if (token && token.value) data = { ...data, cf: token.value };
    data = { ...data, nonce: crypto.randomUUID() };
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(await sign(data)) });
    if (answer.status === 422) check();
    return answer.ok ? answer.json() : {};
  }
  async function check() {
    const box = document.querySelector("#box");
    if (box.firstChild) return;
    box.innerHTML = '<div class="cf-turnstile" data-sitekey="0xFAKE">Verify you are human' +
      '<input type="hidden" name="cf-turnstile-response"></div>';
    const wait = async () => {
      const { token } = await (await fetch("/turnstile")).json();
      if (!token) { setTimeout(wait, 300); return; }
      document.querySelector("input[name*=turnstile]").value = token;
    };
    wait();
  }
  async function more() {
    if (busy || !state.path || state.cursor === null) return;
    busy = true;
    const { result } = await ask(state.path, { username: state.user, maxId: state.cursor });
    busy = false;
    if (!result) return;
    const nodes = Array.isArray(result) ? result : result.edges;
    const grid = document.querySelector("#grid");
    for (const node of nodes) grid.append(document.createElement("div"));
    const info = result.page_info;
    state.cursor = info && info.has_next_page ? info.end_cursor : null;
  }
  function list(path) {
    state = { ...state, path, cursor: "" };
    document.querySelector("#grid").replaceChildren();
    more();
  }
  document.querySelector("#consent button").onclick = () => document.querySelector("#consent").remove();
  document.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const text = document.querySelector("#%(input_id)s").value.trim();
    if (text.includes("/stories/")) return void ask("/api/v1/instagram/story", { url: text });
    if (text.includes("instagram.com/")) return void ask("/api/convert", { sf_url: text });
    const info = await ask("/api/v1/instagram/userInfo", { username: text });
    if (!info.result || !info.result.length) return;
    document.querySelector("#tabs").hidden = false;
    state.user = text;
    list("/api/v1/instagram/postsV2");
  };
  const paths = { posts: "postsV2", stories: "stories", reels: "reels" };
  for (const button of document.querySelectorAll("#tabs button"))
    button.onclick = () => paths[button.textContent] && list("/api/v1/instagram/" + paths[button.textContent]);
  addEventListener("scroll", () => {
    if (scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 50) more();
  });
  fetch("/msec").then((answer) => answer.json()).then(({ msec }) => { offset = Math.round(msec - Date.now()); });
})();
</script></body></html>"""


def fastdl_page(key: bytes, input_id: str) -> str:
    """The page for one key, masked anew each time."""
    mask = secrets.token_bytes(16)
    masked = [value ^ mask[(at * 7 + 3) % len(mask)] for at, value in enumerate(key)]
    return _PAGE % {"input_id": input_id, "masked": json.dumps(masked), "mask": json.dumps(list(mask))}
