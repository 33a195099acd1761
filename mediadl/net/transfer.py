"""Fetching one file into its partial file: resumed only where that is safe, hashed, within limits.

What may be resumed and what starts over follows design/engine.md, "Fetching one file"; on top of
it the last bytes on disk are asked for again and compared, so that a server that keeps an ETag for
other bytes is found out.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mediadl.media import FailureKind, MediaError
from mediadl.net.content_disposition import suggested_name
from mediadl.net.cookies import Cookie
from mediadl.net.exchange import Finished, RequestSpec
from mediadl.net.handle import GuardedHandle
from mediadl.net.limits import FILE_BYTES_LIMIT, Timeouts
from mediadl.net.part_writer import OnProgress, PartWriter, disk_errors
from mediadl.net.resolving import Names
from mediadl.net.retry_after import parse_http_date
from mediadl.net.stopping import StopSignal
from mediadl.net.transfer_sink import AlreadyWholeError, RangeNotUsableError, ResumePoint, TransferSink
from mediadl.net.urls import media_url_key
from mediadl.net.validators import Validators

__all__ = ["FetchResult", "Transfer", "TransferRequest", "Validators"]

OVERLAP_BYTES = 4096
_NOT_OURS_TO_SEND = frozenset({"range", "if-range", "if-none-match", "if-modified-since", "if-match"})


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What to fetch, and where to.

    Attributes:
        fd: the partial file, opened for reading and writing; its size is what is on disk.
        resume: the validators stored with the bytes on disk, or None to start over.
        max_bytes: of the whole file.
        expected_size: what the listing said; checked where the answer itself has no length.
        on_progress: called in this thread with the bytes on disk and the total, if known.
        on_validators: called when an answer for the whole file begins.
        cookies: of the person, sent to the hosts they belong to; those that sites set last one fetch.
        proxy_url: an upstream proxy, or empty.
        before_request: called with the URL before each hop; for budgets.
        reserve: called with the total once it is known; raises if there is no space for it.
    """

    url: str
    fd: int
    headers: Mapping[str, str] = field(default_factory=dict)
    resume: Validators | None = None
    max_bytes: int = FILE_BYTES_LIMIT
    expected_size: int | None = None
    stop: StopSignal | None = None
    on_progress: OnProgress | None = None
    on_validators: Callable[[Validators], None] | None = None
    reserve: Callable[[int], None] | None = None
    before_request: Callable[[str], None] | None = None
    cookies: Sequence[Cookie] = ()
    proxy_url: str = ""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """A file that is complete as far as HTTP can tell; whether it is media is for verification.

    Attributes:
        url: of the last hop.
        content_disposition_name: a hint only, cleaned but no path part yet; may be empty.
        resumed_from: bytes on disk that were kept.
        received_bytes: of the body, in this fetch.
    """

    url: str
    status: int
    size: int
    sha256: str
    content_type: str
    content_disposition_name: str
    last_modified: datetime | None
    etag: str
    resumed_from: int
    received_bytes: int


class Transfer:
    """Fetches files one after the other, keeping its connections; for one thread."""

    def __init__(
        self,
        *,
        user_agent: str = "",
        timeouts: Timeouts | None = None,
        names: Names | None = None,
    ) -> None:
        """Make one.

        Args:
            user_agent: where a request's headers name none; empty for a browser's.
            timeouts: others than the product's.
            names: another resolver than the system's.
        """
        self._handle = GuardedHandle(
            user_agent=user_agent,
            timeouts=timeouts,
            names=names,
            decode=False,
        )
        self._piece: memoryview | None = None

    @property
    def connections_opened(self) -> int:
        """How many connections were made so far."""
        return self._handle.connections_opened

    def close(self) -> None:
        """Close the connections; the object cannot be used afterwards."""
        self._handle.close()

    def fetch(self, request: TransferRequest) -> FetchResult:
        """Fetch the file; the partial file keeps what arrived, also when this fails.

        Raises:
            MediaError: 404/410 ``GONE``; 401/403 ``EXPIRED_LINK``; 429 and 503 with ``Retry-After``
                ``TOLD_TO_WAIT``; a lost, short or slow body and other 5xx ``TRANSIENT``; our limits
                and addresses ``REFUSED``; the disk ``DISK``; ``STOPPED``.
        """
        writer = PartWriter(request.fd, max_bytes=request.max_bytes, on_progress=request.on_progress, piece=self._piece)
        self._handle.use_cookies(request.cookies)
        self._handle.use_proxy(request.proxy_url)
        try:
            point = self._resume_point(request, writer)
            if point is not None:
                try:
                    return self._attempt(request, writer, point)
                except RangeNotUsableError:
                    pass  # the bytes on disk are of no use with this server: all of it again
            return self._attempt(request, writer, None)
        finally:
            writer.close()
            self._piece = writer.piece

    def _attempt(self, request: TransferRequest, writer: PartWriter, point: ResumePoint | None) -> FetchResult:
        sink = TransferSink(request.url, writer, point, on_validators=request.on_validators, reserve=request.reserve)
        try:
            finished = self._handle.perform(_spec(request, point), sink)
        except AlreadyWholeError as whole:
            return _result(Finished(whole.head, cut_short=True, sent_too_much=False), sink, writer)
        finally:
            writer.flush()
        _check_length(finished, sink, writer, request.expected_size)
        return _result(finished, sink, writer)

    @staticmethod
    def _resume_point(request: TransferRequest, writer: PartWriter) -> ResumePoint | None:
        """Where the bytes on disk can be gone on from, after they were hashed; None to start over."""
        validators = request.resume
        with disk_errors():
            on_disk = os.fstat(request.fd).st_size
        if validators is None or on_disk == 0 or not validators.condition:
            return None
        if media_url_key(validators.url) != media_url_key(request.url):
            return None  # validators tell versions of one URL apart, no more
        if validators.total is not None and on_disk > validators.total:
            return None
        writer.hash_existing(on_disk, request.stop)
        overlap = min(OVERLAP_BYTES, on_disk // 2)
        with disk_errors():
            tail = os.pread(request.fd, overlap, on_disk - overlap)
        return ResumePoint(on_disk, tail, validators)


def _spec(request: TransferRequest, point: ResumePoint | None) -> RequestSpec:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_OURS_TO_SEND}
    spec = RequestSpec(
        url=request.url,
        headers=headers,
        accept_encoding="",
        stop=request.stop,
        before_request=request.before_request,
    )
    if point is None:
        return spec
    conditions = {"Range": f"bytes={point.first}-", "If-Range": point.validators.condition}
    return replace(spec, headers={**headers, **conditions})


def _check_length(finished: Finished, sink: TransferSink, writer: PartWriter, expected_size: int | None) -> None:
    sink.finish()
    total = sink.expected_total
    if total is None and not sink.is_encoded:
        total = expected_size
    if sink.range_is_open or (total is not None and writer.size < total):
        raise MediaError(FailureKind.TRANSIENT, "SHORT_BODY", "The server ended the file before it was complete.")
    if (total is not None and writer.size > total) or finished.sent_too_much:
        writer.start_over()  # which of these bytes are the file's, nobody knows
        raise MediaError(FailureKind.TRANSIENT, "LONG_BODY", "The server sent more than it had announced.")


def _result(finished: Finished, sink: TransferSink, writer: PartWriter) -> FetchResult:
    headers = finished.head.headers
    return FetchResult(
        url=finished.head.url,
        status=finished.head.status,
        size=writer.size,
        sha256=writer.finish(),
        content_type=headers.get("Content-Type", ""),
        content_disposition_name=suggested_name(headers.get("Content-Disposition", "")),
        last_modified=parse_http_date(headers.get("Last-Modified", "")),
        etag=headers.get("ETag", ""),
        resumed_from=sink.resumed_from,
        received_bytes=sink.received,
    )
