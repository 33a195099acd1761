"""Adding a list of URLs, a line each, in few transactions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mediadl.api.errors import ApiError, ErrorCode, InvalidFieldsError
from queue_app import adding
from queue_app.actor import Actor
from queue_app.models import QueueItem
from queue_app.requests import QueueRequest, check_request

MAX_LINES = 10_000
BATCH_ITEMS = 200  # a transaction: long enough to be fast, short enough for others not to wait


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """What became of one line.

    Attributes:
        line: its number, from 1.
        url: its text.
        item_id: the new item, or the active one that is the same request.
        error_code: empty for a new item.
        detail: why it was not added.
    """

    line: int
    url: str
    item_id: int | None = None
    error_code: str = ""
    detail: str = ""


def import_urls(*, lines: Sequence[str], user: Actor = None) -> list[ImportedLine]:
    """Add every URL of ``lines``; empty lines and comments (``# ...``) are left out.

    Raises:
        InvalidFieldsError: there are more than 10,000 lines.
    """
    if len(lines) > MAX_LINES:
        raise InvalidFieldsError({"urls": [f"Has {len(lines)} lines; at most {MAX_LINES} can be added at once."]})
    checked = _checked(lines)
    results: list[ImportedLine] = []
    while batch := list(islice(checked, BATCH_ITEMS)):
        results += _add_batch(batch, user)
    return results


def _checked(lines: Sequence[str]) -> Iterator[ImportedLine | tuple[int, str, QueueRequest]]:
    for number, line in enumerate(lines, start=1):
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
