"""The guarded HTTP client for pages and APIs: every address checked, every limit kept."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import orjson

from mediadl.media import FailureKind, MediaError
from mediadl.net.addresses import check_url
from mediadl.net.cookies import Cookie
from mediadl.net.exchange import EnoughError, Finished, RequestSpec, ResponseHead
from mediadl.net.failures import error_for_page
from mediadl.net.headers import HeaderMap
from mediadl.net.kept_handles import KeptHandles
from mediadl.net.limits import MIB, PAGE_BYTES_LIMIT, Timeouts
from mediadl.net.resolving import Names
from mediadl.net.stopping import StopSignal

PROBE_BYTES = 4096
_CHARSET_IN_TYPE = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CHARSET_IN_PAGE = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_PAGE_HEAD_BYTES = 4096  # where a page must name its charset (1024 by the standard; real ones come later)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

__all__ = ["PAGE_BYTES_LIMIT", "PROBE_BYTES", "Cookie", "HttpClient", "Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status.

    Attributes:
        url: of the last hop, normalised.
        body: decompressed.
        truncated: the body was cut off on purpose (:meth:`HttpClient.probe`).
    """

    url: str
    status: int
    headers: HeaderMap
    body: bytes
    truncated: bool = False

    def text(self) -> str:
        """The body as text, by its byte order mark, header, or ``<meta charset>``, else UTF-8; never fails."""
        for mark, encoding in _BOMS:
            if self.body.startswith(mark):
                return self.body.decode(encoding, "replace")
        named = [match.group(1) for match in _CHARSET_IN_TYPE.finditer(self.headers.get("Content-Type", ""))]
        named += [m.group(1).decode("ascii") for m in _CHARSET_IN_PAGE.finditer(self.body[:_PAGE_HEAD_BYTES])]
        for encoding in named:
            try:
                return self.body.decode(encoding, "replace")
            except (LookupError, UnicodeError, ValueError):
                continue  # a charset that Python does not know, or that is none for text
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MediaError: ``NOT_JSON`` of kind ``SITE_CHANGED``.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            detail = "The site answered with something else than the JSON it used to."
            raise MediaError(FailureKind.SITE_CHANGED, "NOT_JSON", detail, status=self.status) from error

    def raise_for_status(self) -> None:
        """Raise what a status other than 2xx means for a page or an API.

        Raises:
            MediaError: 404/410/451 ``GONE``, 401/403 ``LOGIN_REQUIRED``, 429 and 503 with
                ``Retry-After`` ``TOLD_TO_WAIT``, 408 and 5xx ``TRANSIENT``, others ``SITE_CHANGED``.
        """
        error = error_for_page(self.status, self.headers)
        if error is not None:
            raise error


class HttpClient:
    """Requests pages one after the other over kept connections; not to be shared between threads.

    Addresses, redirects, sizes and times are guarded; the environment's proxies are ignored.
    """

    def __init__(
        self,
        *,
        stop: StopSignal | None = None,
        user_agent: str = "",
        cookies: Sequence[Cookie] = (),
        headers: Mapping[str, str] | None = None,
        before_request: Callable[[str], None] | None = None,
        proxy_url: str = "",
        timeouts: Timeouts | None = None,
        names: Names | None = None,
        on_answer: Callable[[Response], None] = lambda _answer: None,
        handles: KeptHandles | None = None,
    ) -> None:
        """Make a client.

        Args:
            stop: ends a request within a second.
            user_agent: empty for a browser's.
            cookies: sent by curl's rules to the hosts they belong to; what sites set is kept too.
            headers: sent with every request.
            before_request: called with the URL before each hop; may raise.
            proxy_url: an upstream proxy (http, https, socks5, socks5h); its address is checked as well.
            timeouts: others than the product's.
            names: another resolver than the system's.
            on_answer: sees each answer before its asker does.
            handles: shared ones to borrow from, with timeouts and a resolver of their own; None for the client's own.

        Raises:
            ValueError: a cookie has characters that cannot be in one.
        """
        self._stop = stop
        self._on_answer = on_answer
        self._headers = dict(headers or {})
        self._before_request = before_request
        self._shares_handles = handles is not None
        self._handles = handles or KeptHandles(timeouts=timeouts, names=names)
        self._borrow = partial(self._handles.borrow, user_agent=user_agent, proxy_url=proxy_url, cookies=cookies)
        self._kept = self._borrow() if cookies else None  # while there are cookies: sites may change them

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        if self._kept is not None:
            self._handles.give_back(self._kept)
            self._kept = None
        if not self._shares_handles:
            self._handles.close()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = PAGE_BYTES_LIMIT) -> Response:
        """GET ``url``, at most ``max_bytes`` of body.

        Raises:
            MediaError: no answer, or one that our limits refuse (``TOO_LARGE``, ``PRIVATE_ADDRESS``, ...).
        """
        return self._send(self._spec(url, headers), _BodySink(max_bytes, cut=False))

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = PAGE_BYTES_LIMIT,
    ) -> Response:
        """POST ``json`` or ``form`` to ``url``; answers and raises as :meth:`get`."""
        if form is not None:
            body, kind = urlencode(form).encode("ascii"), "application/x-www-form-urlencoded"
        else:
            body, kind = orjson.dumps(json), "application/json"
        spec = self._spec(url, {"Content-Type": kind, **(headers or {})}, body)
        return self._send(spec, _BodySink(max_bytes, cut=False))

    def probe(self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = PROBE_BYTES) -> Response:
        """GET ``url`` and cut the body off after ``max_bytes``; raises as :meth:`get`."""
        return self._send(self._spec(url, headers), _BodySink(max_bytes, cut=True))

    def _spec(self, url: str, headers: Mapping[str, str] | None, body: bytes | None = None) -> RequestSpec:
        return RequestSpec(
            url=url,
            headers={**self._headers, **(headers or {})},
            body=body,
            stop=self._stop,
            before_request=self._before_request,
        )

    def _send(self, spec: RequestSpec, sink: "_BodySink") -> Response:
        url = check_url(spec.url)
        if spec.before_request is not None:
            spec.before_request(url)  # outside of the host's place: it may wait for a budget
            spec = replace(spec, before_request=_AfterTheFirst(spec.before_request))
        with self._handles.place(urlsplit(url).hostname or "", spec.stop):
            finished = self._perform(spec, sink)
        head = finished.head
        answer = Response(head.url, head.status, head.headers, bytes(sink.body), truncated=finished.cut_short)
        self._on_answer(answer)
        return answer

    def _perform(self, spec: RequestSpec, sink: "_BodySink") -> Finished:
        handle = self._kept or self._borrow()
        try:
            return handle.perform(spec, sink)
        finally:
            self._kept = handle if handle.has_cookies else None
            if self._kept is None:
                self._handles.give_back(handle)


class _AfterTheFirst:
    """A rule for each hop but the first, about which it was asked already."""

    def __init__(self, rule: Callable[[str], None]) -> None:
        self._rule = rule
        self._is_first = True

    def __call__(self, url: str) -> None:
        if not self._is_first:
            self._rule(url)
        self._is_first = False


class _BodySink:
    """Collects a body up to a limit, at which it is cut off or refused."""

    def __init__(self, max_bytes: int, *, cut: bool) -> None:
        self.body = bytearray()
        self._max_bytes = max_bytes
        self._cut = cut

    def head(self, head: ResponseHead) -> None:
        """Nothing to decide: every status has its answer."""

    def write(self, data: bytes) -> None:
        """Take a piece; the limit is one of decompressed bytes."""
        room = self._max_bytes - len(self.body)
        self.body += data[:room]
        if len(data) <= room:
            return
        if self._cut:
            raise EnoughError
        detail = f"The page is larger than {self._max_bytes / MIB:.0f} MiB."
        raise MediaError(FailureKind.REFUSED, "TOO_LARGE", detail)
