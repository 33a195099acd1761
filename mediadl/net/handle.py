"""One curl handle with its connections, behind the guard: the only place where curl is performed."""

import os
import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pycurl

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net import bandwidth
from mediadl.net.addresses import check_url, private_address
from mediadl.net.cookies import Cookie
from mediadl.net.exchange import EnoughError, Finished, RequestSpec, ResponseHead, Sink
from mediadl.net.failures import error_for_curl, timeout_error
from mediadl.net.headers import HeaderCollector, request_lines
from mediadl.net.limits import REDIRECT_BODY_LIMIT, REDIRECT_LIMIT, Timeouts
from mediadl.net.pacing import Pace
from mediadl.net.redirects import is_redirect, next_request
from mediadl.net.resolving import SYSTEM_NAMES, Names
from mediadl.net.sockets import GuardedSockets
from mediadl.net.urls import origin_of

# Sites answer unknown programs with block pages: the default is what a person's browser says.
DEFAULT_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_RECEIVE_BUFFER_BYTES = 256 * 1024
_CONNECTIONS_KEPT = 8
_SUPPRESS_CONNECT_HEADERS = 265  # not named by pycurl: a proxy's own answer is not the site's
_GO_ON = 0
_ABORT = 1
_IPV6_MARK = ":"


class GuardedHandle:
    """Performs requests one after the other, keeping connections; for one thread at a time."""

    def __init__(
        self,
        *,
        user_agent: str = "",
        proxy_url: str = "",
        cookies: Sequence[Cookie] = (),
        timeouts: Timeouts | None = None,
        names: Names | None = None,
        decode: bool = True,
    ) -> None:
        """Make a handle; ``decode`` unpacks encoded bodies, whatever was asked for."""
        self._timeouts = timeouts or Timeouts()
        self._names = names or SYSTEM_NAMES
        self._cookies: Sequence[Cookie] = ()
        self._proxy_url = ""
        self._user_agent = user_agent or DEFAULT_USER_AGENT
        self._sockets = GuardedSockets()
        self._hop: _Hop | None = None
        self._curl: Any = pycurl.Curl()
        self._set_lasting_options()
        if decode:
            self._curl.setopt(pycurl.ACCEPT_ENCODING, "")  # our own header says what is asked for
        self.use_proxy(proxy_url)
        self.use_cookies(cookies)

    @property
    def connections_opened(self) -> int:
        """How many connections this handle has made so far."""
        return self._sockets.opened

    @property
    def has_cookies(self) -> bool:
        """Whether a request may carry cookies: a person's, or what a site has set."""
        return bool(self._cookies) or bool(self._curl.getinfo(pycurl.INFO_COOKIELIST))

    def use_user_agent(self, user_agent: str) -> None:
        """Call itself that from now on where a request's headers name none; empty for a browser's."""
        self._user_agent = user_agent or DEFAULT_USER_AGENT

    def use_cookies(self, cookies: Sequence[Cookie]) -> None:
        """Send these from now on, and forget those that sites have set.

        Raises:
            ValueError: a cookie has characters that cannot be in one.
        """
        lines = [cookie.netscape_line() for cookie in cookies]
        self._curl.setopt(pycurl.COOKIELIST, "ALL")  # curl's word for forgetting all
        for line in lines:
            self._curl.setopt(pycurl.COOKIELIST, line)
        self._cookies = cookies

    def use_proxy(self, proxy_url: str) -> None:
        """Go through this proxy from now on; empty for none."""
        if proxy_url == self._proxy_url:
            return
        self._proxy_url = proxy_url
        self._curl.setopt(pycurl.PROXY, proxy_url)
        # In a tunnel the proxy is told the address that was checked, not a name to resolve again.
        self._curl.setopt(pycurl.HTTPPROXYTUNNEL, 1 if proxy_url else 0)

    def close(self) -> None:
        """Close the connections. The handle cannot be used afterwards."""
        self._hop = None
        self._curl.close()

    def perform(self, request: RequestSpec, sink: Sink) -> Finished:
        """Send ``request``, follow redirects, give the final answer to ``sink``.

        Raises:
            MediaError: the request failed, was refused by our rules, or was stopped.
            Exception: whatever ``sink`` raised, but not :class:`EnoughError`.
        """
        started = clock.monotonic()
        for _ in range(REDIRECT_LIMIT + 1):
            finished = self._perform_hop(request, sink, started)
            if not is_redirect(finished.head):
                return finished
            request = next_request(request, finished.head, has_cookies=bool(self._cookies))
        detail = f"More than {REDIRECT_LIMIT} redirects in a row were not followed."
        raise MediaError(FailureKind.REFUSED, "TOO_MANY_REDIRECTS", detail)

    def _perform_hop(self, request: RequestSpec, sink: Sink, started: float) -> Finished:
        url = check_url(request.url)
        if request.stop is not None:
            request.stop.raise_if_set()
        if request.before_request is not None:
            request.before_request(url)
        self._set_request(url, request)
        hop = self._hop = _Hop(url, request, sink, Pace(self._timeouts, started), self._sockets)
        hop.has_proxy = bool(self._proxy_url)
        self._sockets.start()
        unregister = request.stop.on_stop(hop.cut) if request.stop else None
        try:
            self._perform_curl(hop)
        except pycurl.error as error:
            hop.raise_failure(error, self._names)
        finally:
            self._hop = None
            hop.end()
            if unregister is not None:
                unregister()
        head = hop.finished_head()
        # With an announced length curl gives a connection up only if more came than that.
        is_kept = hop.is_http11 and "close" not in head.headers.get("Connection", "").lower()
        was_given_up = is_kept and "Content-Length" in head.headers and self._sockets.current_was_closed
        has_more = hop.is_plain and self._sockets.has_unread()
        return Finished(head, hop.cut_short, not hop.cut_short and (was_given_up or has_more))

    def _perform_curl(self, hop: "_Hop") -> None:
        for _ in range(_CONNECTIONS_KEPT):
            hop.was_stale = False
            try:
                self._curl.perform()
            except pycurl.error:
                if not hop.was_stale:
                    raise
            else:
                return
        self._curl.perform()

    def _set_lasting_options(self) -> None:
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),  # each hop is checked by us
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.PATH_AS_IS, 1),
            (pycurl.PROXY, ""),  # keeps the environment's out
            (pycurl.NOPROXY, ""),
            (_SUPPRESS_CONNECT_HEADERS, 1),
            (pycurl.COOKIEFILE, ""),  # starts curl's cookie rules, with an empty jar
            (pycurl.BUFFERSIZE, _RECEIVE_BUFFER_BYTES),
            (pycurl.MAXCONNECTS, _CONNECTIONS_KEPT),
            (pycurl.CONNECTTIMEOUT_MS, max(1, int(self._timeouts.connect * 1000))),
            (pycurl.CAINFO, certificate_file()),
            (pycurl.NOPROGRESS, 0),
            (pycurl.OPENSOCKETFUNCTION, self._sockets.open),
            (pycurl.CLOSESOCKETFUNCTION, self._sockets.close),
            (pycurl.PREREQFUNCTION, self._on_connected),
            (pycurl.HEADERFUNCTION, self._on_header),
            (pycurl.WRITEFUNCTION, self._on_body),
            (pycurl.XFERINFOFUNCTION, self._on_progress),
        ):
            self._curl.setopt(option, value)

    def _set_request(self, url: str, request: RequestSpec) -> None:
        lines = request_lines(request.headers)
        lines.setdefault("user-agent", ("User-Agent", self._user_agent))
        lines.setdefault("accept", ("Accept", "*/*"))
        sent = [f"{name}: {value}" if value else f"{name};" for name, value in lines.values()]
        # A name without a value keeps curl's own header out.
        sent += [f"Accept-Encoding: {request.accept_encoding}".rstrip(), "Expect:"]
        curl = self._curl
        if request.body is None:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            curl.setopt(pycurl.POSTFIELDS, request.body)
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, sent)
        self._pin_addresses(url, request)

    def _pin_addresses(self, url: str, request: RequestSpec) -> None:
        """Resolve once, check, and let curl (or the proxy) connect to those addresses only."""
        _, host, port = origin_of(url)
        if _IPV6_MARK in host or host.replace(".", "").isdigit():
            addresses = []  # a literal: checked as such
        else:
            addresses = self._names.resolve(host, port, stop=request.stop, seconds=self._timeouts.connect)
        if self._proxy_url:
            pinned = f"[{addresses[0]}]" if addresses and _IPV6_MARK in addresses[0] else "".join(addresses[:1])
            self._curl.setopt(pycurl.CONNECT_TO, [f"{host}:{port}:{pinned}:{port}"] if pinned else [])
        elif addresses:
            literals = ",".join(f"[{ip}]" if _IPV6_MARK in ip else ip for ip in addresses)
            self._curl.setopt(pycurl.RESOLVE, [f"+{host}:{port}:{literals}"])

    # What follows is called by curl. An exception there would be printed and lost: it is kept for the caller.

    def _on_connected(self, _peer: str, _local: str, _peer_port: int, local_port: int) -> int:
        self._sockets.use(local_port)
        hop = self._hop
        if hop is None:
            return _ABORT
        if hop.is_plain and self._sockets.has_unread():
            # Something came on this kept connection that nobody asked for: it would be read as the answer.
            hop.was_stale = True
            self._sockets.drop_current()
            return _ABORT
        hop.pace.request_sent()
        return _GO_ON

    # Many calls for each file: a closure for what both have in common would cost a tenth of the whole.

    def _on_header(self, line: bytes) -> int | None:
        hop = self._hop
        if hop is None:
            return -1
        try:
            hop.header(line)
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again once curl has returned
            hop.failure = error
            return -1
        return None

    def _on_body(self, data: bytes) -> int | None:
        hop = self._hop
        if hop is None:
            return -1
        try:
            hop.body(data)
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again once curl has returned
            hop.failure = error
            return -1
        return None

    def _on_progress(self, _total: int, now: int, _upload_total: int, sent: int) -> int:
        hop = self._hop
        return _ABORT if hop is None or hop.must_end(now + sent) else _GO_ON


class _Hop:
    """One request to one server, while curl performs it."""

    def __init__(self, url: str, request: RequestSpec, sink: Sink, pace: Pace, sockets: GuardedSockets) -> None:
        self.url = url
        self.pace = pace
        self.failure: BaseException | None = None
        self.cut_short = False
        self.is_http11 = False
        self.is_plain = url.startswith("http:")  # what lies in a TLS connection may be TLS's own
        self.was_stale = False
        self.has_proxy = False
        self._request = request
        self._sink = sink
        self._sockets = sockets
        self._collector = HeaderCollector()
        self._head: ResponseHead | None = None
        self._discarding = False
        self._discarded = 0
        self._ended = False

    def header(self, line: bytes) -> None:
        if self._head is not None:
            return  # trailers after a chunked body
        if line.startswith(b"HTTP/"):
            self.is_http11 = line.startswith(b"HTTP/1.1")
        if not self._collector.take(line):
            return
        self._head = ResponseHead(self.url, self._collector.status, self._collector.headers())
        self.pace.answer_began()
        self._discarding = is_redirect(self._head)
        if not self._discarding:
            self._sink.head(self._head)

    def body(self, data: bytes) -> None:
        if seconds := bandwidth.SHARED.wait_for(len(data)):
            self._rest(seconds)
        if not self._discarding:
            self._sink.write(data)
            return
        self._discarded += len(data)
        if self._discarded > REDIRECT_BODY_LIMIT:
            raise EnoughError

    def _rest(self, seconds: float) -> None:
        """Keep to the bandwidth limit: what is not read meanwhile, the site does not send."""
        if self._request.stop is not None:
            self._request.stop.wait(seconds)
        else:
            time.sleep(seconds)

    def must_end(self, transferred: int) -> bool:
        if self._request.stop is not None and self._request.stop.is_set():
            return True
        if self.failure is None and self.pace.is_too_slow(transferred):
            self.failure = timeout_error(urlsplit(self.url).hostname or "")
        return self.failure is not None

    def cut(self) -> None:
        """Called by the stop signal, perhaps from another thread."""
        if not self._ended:
            self._sockets.cut()

    def end(self) -> None:
        self._ended = True

    def finished_head(self) -> ResponseHead:
        if self._head is None:
            raise error_for_curl(pycurl.E_GOT_NOTHING, "", urlsplit(self.url).hostname or "")
        return self._head

    def raise_failure(self, error: pycurl.error, names: Names) -> None:
        """Raise what ended the hop; returns if the sink merely had enough."""
        host = urlsplit(self.url).hostname or ""
        if isinstance(self.failure, EnoughError) and self._head is not None:
            self.cut_short = True
            return
        if self._request.stop is not None:
            self._request.stop.raise_if_set()
        if self.failure is not None:
            raise self.failure
        number, message = error.args
        if self._sockets.refused_address:
            raise private_address("The proxy" if self.has_proxy else host) from error
        if number in {pycurl.E_COULDNT_CONNECT, pycurl.E_OPERATION_TIMEDOUT}:
            names.forget(host)
        raise error_for_curl(number, str(message), host) from error


def certificate_file() -> str:
    """The machine's file of trusted certificates, else the one that comes with Python's packages."""
    paths = ssl.get_default_verify_paths()
    for candidate in (os.environ.get(paths.openssl_cafile_env, ""), paths.cafile or "", paths.openssl_cafile):
        if candidate and os.path.isfile(candidate):  # noqa: PTH113 - read as text for curl
            return candidate
    import certifi

    return certifi.where()
