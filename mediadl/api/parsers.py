"""The bodies that the API takes."""

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Any

from rest_framework.parsers import BaseParser

from mediadl.api.errors import InvalidFieldsError, PayloadTooLargeError
from mediadl.api.limits import BODY_BYTES_LIMIT, LINES_LIMIT
from mediadl.api.strict_json import parse_strictly
from mediadl.web.body_limits import LIST_BODY_BYTES


def _read_bounded(stream: IO[bytes], limit: int) -> bytes:
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise PayloadTooLargeError(limit)
    return body


def lines_of(text: str) -> Iterator[str]:
    """The lines of ``text`` one by one: of millions of short ones a list would be many times its size."""
    return (line.removesuffix("\n") for line in io.StringIO(text, newline=None))


class StrictJSONParser(BaseParser):
    """``application/json``, see :mod:`mediadl.api.strict_json`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        _media_type: str | None = None,
        _parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's value.

        Raises:
            ApiError: see :func:`mediadl.api.strict_json.parse_strictly`; or the body is too large.
        """
        return parse_strictly(_read_bounded(stream, BODY_BYTES_LIMIT))


class LinesParser(BaseParser):
    """``text/plain``: a list of lines, for imports."""

    media_type = "text/plain"

    def parse(
        self,
        stream: IO[bytes],
        _media_type: str | None = None,
        _parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's lines, in UTF-8 with or without a byte order mark; one more than allowed where there are more.

        Raises:
            InvalidFieldsError: not UTF-8, or a NUL character.
            PayloadTooLargeError: larger than lists may be.
        """
        try:
            text = _read_bounded(stream, LIST_BODY_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidFieldsError({"body": ["The file is not UTF-8 text."]}) from None
        if "\0" in text:
            raise InvalidFieldsError({"body": ["The file has NUL characters; send plain text."]})
        return list(islice(lines_of(text), LINES_LIMIT + 1))
