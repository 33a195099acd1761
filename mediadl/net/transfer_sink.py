"""Taking in one answer to a file's request: which statuses and ranges fit, and which bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from mediadl.media import FailureKind, MediaError
from mediadl.net.body_decoding import GzipBody, gzip_body_for
from mediadl.net.exchange import ResponseHead
from mediadl.net.failures import error_for_media
from mediadl.net.part_writer import PartWriter
from mediadl.net.validators import (
    Validators,
    content_length,
    content_range,
    is_encoded,
    unsatisfied_total,
    validators_from,
)


class RangeNotUsableError(Exception):
    """The server's answer to a range does not fit the bytes on disk: fetch without one."""


class AlreadyWholeError(Exception):
    """The server says that nothing is missing behind the bytes on disk."""

    def __init__(self, head: ResponseHead) -> None:
        super().__init__("the file on disk is whole")
        self.head = head


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Bytes on disk to go on from: ``size`` of them are hashed, ``tail`` are the last, asked for again."""

    size: int
    tail: bytes
    validators: Validators

    @property
    def first(self) -> int:
        """The offset to ask for."""
        return self.size - len(self.tail)


class TransferSink:
    """Decides by the headers, compares the overlap, writes the rest.

    Attributes:
        received: bytes of the body so far, as they came.
        resumed_from: bytes on disk that were kept.
        expected_total: the whole file's size as the answer tells it, or None.
        range_is_open: the server sent less than what was asked for: more is to come.
    """

    def __init__(
        self,
        url: str,
        writer: PartWriter,
        point: ResumePoint | None,
        *,
        on_validators: Callable[[Validators], None] | None,
        reserve: Callable[[int], None] | None,
    ) -> None:
        self.received = 0
        self.resumed_from = 0
        self.expected_total: int | None = None
        self.range_is_open = False
        self.is_encoded = False
        self._url = url
        self._writer = writer
        self._point = point
        self._on_validators = on_validators
        self._reserve = reserve
        self._unpacker: GzipBody | None = None
        self._to_compare = b""

    def head(self, head: ResponseHead) -> None:
        """Decide by status and headers.

        Raises:
            RangeNotUsableError: start over without a range.
            AlreadyWholeError: nothing is missing.
            MediaError: no file comes.
        """
        self.is_encoded = is_encoded(head.headers)
        if "Content-Length" in head.headers and content_length(head.headers) is None:
            detail = "The server's length of the file makes no sense."
            raise MediaError(FailureKind.TRANSIENT, "BAD_RESPONSE", detail)
        if head.status == 206:
            self._take_partial(head)
        elif head.status == 416 and self._point is not None:
            self._take_unsatisfied(head, self._point)
        else:
            error = error_for_media(head.status, head.headers)
            if error is not None:
                raise error
            self._take_whole(head)

    def write(self, data: bytes) -> None:
        """Take a piece of the body."""
        self.received += len(data)
        if self._to_compare:
            data = self._compare(data)
        if self._unpacker is not None:
            for piece in self._unpacker.feed(data):
                self._writer.write(piece)
        elif data:
            self._writer.write(data)

    def finish(self) -> None:
        """Say that the body ended; raises if what was packed in it did not."""
        if self._unpacker is not None:
            self._unpacker.finish()

    def _take_whole(self, head: ResponseHead) -> None:
        self._unpacker = gzip_body_for(head.headers.get("Content-Encoding", ""))
        length = content_length(head.headers)
        self.expected_total = None if self.is_encoded else length
        self._writer.start_over()
        if self._on_validators is not None:
            validators = validators_from(head.headers, url=self._url, total=self.expected_total)
            unusable = Validators("", "", None, self._url)
            self._on_validators(unusable if self.is_encoded else validators)
        self._expect()

    def _take_partial(self, head: ResponseHead) -> None:
        point, part = self._point, content_range(head.headers)
        if point is None:
            # Nobody asked for a part; only one that is the whole can be used.
            if part is None or part.first != 0 or part.total != part.last + 1 or self.is_encoded:
                detail = "The server sent a part of the file that was not asked for."
                raise MediaError(FailureKind.TRANSIENT, "BAD_RANGE", detail, status=206)
            self._take_whole(head)
            return
        length = content_length(head.headers)
        known = point.validators.total
        etag = head.headers.get("ETag", "").strip()
        fits = (
            part is not None
            and not self.is_encoded
            and part.first == point.first
            and (known is None or part.total in {None, known})
            and (length is None or length == part.last - part.first + 1)
            and (not point.validators.etag or etag in {"", point.validators.etag})
        )
        if not fits or part is None:
            raise RangeNotUsableError
        self.expected_total = known if part.total is None else part.total
        self.range_is_open = self.expected_total is not None and part.last + 1 < self.expected_total
        self.resumed_from = point.size
        self._to_compare = point.tail
        self._expect()

    def _take_unsatisfied(self, head: ResponseHead, point: ResumePoint) -> None:
        total = unsatisfied_total(head.headers)
        if total != point.size or point.validators.total not in {None, total}:
            raise RangeNotUsableError
        self.resumed_from = point.size
        self.expected_total = total
        raise AlreadyWholeError(head)

    def _expect(self) -> None:
        if self.expected_total is not None and self._reserve is not None:
            self._reserve(self.expected_total)
        self._writer.expect(self.expected_total)

    def _compare(self, data: bytes) -> bytes:
        """Check bytes that are on disk already; returns those that are not."""
        count = min(len(data), len(self._to_compare))
        if data[:count] != self._to_compare[:count]:
            raise RangeNotUsableError
        self._to_compare = self._to_compare[count:]
        return data[count:]
