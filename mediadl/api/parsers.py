"""The bodies that the API takes."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from mediadl.api.errors import InvalidFieldsError, PayloadTooLargeError
from mediadl.api.limits import BODY_BYTES_LIMIT
from mediadl.api.strict_json import parse_strictly


def _read_bounded(stream: IO[bytes]) -> bytes:
    body = stream.read(BODY_BYTES_LIMIT + 1)
    if len(body) > BODY_BYTES_LIMIT:
        raise PayloadTooLargeError(BODY_BYTES_LIMIT)
    return body


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
        return parse_strictly(_read_bounded(stream))


class LinesParser(BaseParser):
    """``text/plain``: a list of lines, for imports."""

    media_type = "text/plain"

    def parse(
        self,
        stream: IO[bytes],
        _media_type: str | None = None,
        _parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's lines, in UTF-8 with or without a byte order mark.

        Raises:
            InvalidFieldsError: not UTF-8, or a NUL character.
            PayloadTooLargeError: larger than the API reads.
        """
        try:
            text = _read_bounded(stream).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidFieldsError({"body": ["The file is not UTF-8 text."]}) from None
        if "\0" in text:
            raise InvalidFieldsError({"body": ["The file has NUL characters; send plain text."]})
        return text.splitlines()
