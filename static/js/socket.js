// The one WebSocket: connects with the session's cookie, goes on after `since`, says when it is lost.
const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;
const PING_EVERY = 25;
const SILENCE = 60;
const SIGNED_OUT = 4401;

export class LiveSocket extends EventTarget {
  constructor(path) {
    super();
    this.url = new URL(path, window.location.href);
    this.url.protocol = this.url.protocol === "https:" ? "wss:" : "ws:";
    this.since = null;
    this.wait = FIRST_WAIT;
    this.isOpen = false;
    this.wasOpen = false;
    this.retryAt = 0;
  }

  connect() {
    window.clearTimeout(this.timer);
    this.retryAt = 0;
    if (this.since !== null) this.url.searchParams.set("since", this.since);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.received(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event.code));
  }

  opened() {
    const again = this.wasOpen;
    this.isOpen = true;
    this.wasOpen = true;
    this.wait = FIRST_WAIT;
    this.heard = Date.now();
    this.pinger = window.setInterval(() => this.ping(), PING_EVERY * 1000);
    this.dispatchEvent(new CustomEvent("open", { detail: { again } }));
  }

  ping() {
    if (Date.now() - this.heard > SILENCE * 1000) this.socket.close();
    else this.socket.send('{"type":"ping"}');
  }

  received(text) {
    this.heard = Date.now();
    const event = JSON.parse(text);
    if (typeof event.seq === "number") this.since = event.seq;
    this.dispatchEvent(new CustomEvent(event.type, { detail: event.data }));
  }

  closed(code) {
    window.clearInterval(this.pinger);
    this.isOpen = false;
    if (code === SIGNED_OUT && this.wasOpen) {
      this.dispatchEvent(new CustomEvent("signed-out"));
      return;
    }
    this.retryAt = Date.now() + this.wait * 1000;
    this.timer = window.setTimeout(() => this.connect(), this.wait * 1000);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    this.dispatchEvent(new CustomEvent("lost"));
  }
}
