"""The guarded HTTP client for pages and APIs: every address checked, every limit kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediadl.net.cookies import Cookie
from mediadl.net.headers import HeaderMap
from mediadl.net.stopping import StopSignal

PAGE_BYTES_LIMIT = 20 * 1024 * 1024
PROBE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Response:
    url: str
    status: int
    headers: HeaderMap
    body: bytes
    truncated: bool = False

    def text(self) -> str:
        raise NotImplementedError

    def json(self) -> Any:
        raise NotImplementedError

    def raise_for_status(self) -> None:
        raise NotImplementedError


class HttpClient:
    def __init__(
        self,
        *,
        stop: StopSignal | None = None,
        user_agent: str = "",
        cookies: Sequence[Cookie] = (),
        headers: Mapping[str, str] | None = None,
        before_request: Callable[[str], None] | None = None,
        proxy_url: str = "",
    ) -> None:
        raise NotImplementedError

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = PAGE_BYTES_LIMIT) -> Response:
        raise NotImplementedError

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = PAGE_BYTES_LIMIT,
    ) -> Response:
        raise NotImplementedError

    def probe(self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = PROBE_BYTES) -> Response:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
