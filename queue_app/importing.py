"""Adding a list of URLs, a line each, in few transactions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson

from mediadl.api.errors import ApiError, ErrorCode, InvalidFieldsError
from mediadl.api.limits import LINES_LIMIT
from queue_app import adding
from queue_app.actor import Actor
from queue_app.models import QueueItem
from queue_app.requests import QueueRequest, check_request

BATCH_ITEMS = 200  # a transaction: long enough to be fast, short enough for others not to wait


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """What became of one line.

    Attributes:
        line: its number, from 1.
        url: its text; of what is no text, as JSON writes it.
        item_id: the new item, or the active one that is the same request.
        error_code: empty for a new item.
        detail: why it was not added.
    """

    line: int
    url: str
    item_id: int | None = None
    error_code: str = ""
    detail: str = ""


def import_urls(*, lines: Sequence[object], user: Actor = None) -> list[ImportedLine]:
    """Add every URL of ``lines``; empty lines and comments (``# ...``) are left out.

    Raises:
        InvalidFieldsError: there are more than 10,000 lines.
    """
    if len(lines) > LINES_LIMIT:
        raise InvalidFieldsError({"urls": [f"At most {LINES_LIMIT} lines can be added at once; split the list."]})
    checked = _checked(lines)
    results: list[ImportedLine] = []
    while batch := list(islice(checked, BATCH_ITEMS)):
        results += _add_batch(batch, user)
    return results


def _checked(lines: Sequence[object]) -> Iterator[ImportedLine | tuple[int, str, QueueRequest]]:
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, str):
            text = orjson.dumps(line).decode()
            yield ImportedLine(number, text, None, ErrorCode.VALIDATION_ERROR.value, "Must be text: a URL.")
            continue
        url = line.strip()
        if not url or url.startswith("#"):
            continue
        try:
            yield number, url, check_request(url=url)
        except ApiError as error:
            yield ImportedLine(number, url, None, error.code.value, error.detail)


def _add_batch(batch: list[ImportedLine | tuple[int, str, QueueRequest]], user: Actor) -> list[ImportedLine]:
    requests = {adding.key_of(entry[2]): entry[2] for entry in batch if isinstance(entry, tuple)}
    found = adding.add_many(list(requests.values()), user) if requests else {}
    taken: set[adding.RequestKey] = set()
    results = []
    for entry in batch:
        if isinstance(entry, ImportedLine):
            results.append(entry)
            continue
        number, url, request = entry
        key = adding.key_of(request)
        item = found[key]
        if isinstance(item, QueueItem) and key not in taken:
            taken.add(key)
            results.append(ImportedLine(number, url, item.pk))
        else:
            existing = item.pk if isinstance(item, QueueItem) else item
            error = adding.duplicate(existing)
            results.append(ImportedLine(number, url, existing, ErrorCode.DUPLICATE.value, error.detail))
    return results
