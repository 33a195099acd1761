"""What goes into one request and what comes out of it, between the guarded handle and its users."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mediadl.net.headers import HeaderMap
from mediadl.net.stopping import StopSignal


class EnoughError(Exception):
    """A sink has what it needs: the rest of the body is cut off, and that is no failure."""


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """One request, before redirects.

    Attributes:
        url: checked by the handle, as every redirect is.
        body: for a POST; None makes it a GET.
        accept_encoding: the header of that name, or empty to send none.
        before_request: called with the URL before each hop; for budgets.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    accept_encoding: str = "gzip, deflate, br"
    stop: StopSignal | None = None
    before_request: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The final answer's status and headers, and the URL that gave it."""

    url: str
    status: int
    headers: HeaderMap


@dataclass(frozen=True, slots=True)
class Finished:
    """How an exchange ended.

    Attributes:
        head: the final answer.
        cut_short: the sink had enough before the body's end.
        sent_too_much: bytes came behind the end that the answer itself had announced.
    """

    head: ResponseHead
    cut_short: bool
    sent_too_much: bool


class Sink(Protocol):
    """Takes an answer as it arrives. What it raises ends the exchange and reaches its caller."""

    def head(self, head: ResponseHead) -> None:
        """The headers of the final answer are complete."""

    def write(self, data: bytes) -> None:
        """A piece of the decoded body."""
