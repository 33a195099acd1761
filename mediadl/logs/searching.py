"""Finding lines by a part of their message: one pass over the table, remembered while lines are only added.

Few matches are remembered line by line, many by their number: their page lies near one end of the
index by time.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from mediadl.api.limits import INTEGER_LIMIT
from mediadl.logs.models import LogRow

FEW = 5_000  # lines of which every match is remembered
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Matches:
    """What matched in a state of the log.

    Attributes:
        newest: the greatest id that was looked at.
        total: how many lines there were.
        n: how many matched.
        ids: those, newest first; None where there are more than :data:`FEW`.
    """

    newest: int
    total: int
    n: int
    ids: tuple[int, ...] | None


class _Memory:
    """The last searches of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._matches: OrderedDict[Hashable, Matches] = OrderedDict()

    def get(self, key: Hashable) -> Matches | None:
        with self._lock:
            return self._matches.get(key)

    def keep(self, key: Hashable, matches: Matches) -> None:
        with self._lock:
            self._matches[key] = matches
            self._matches.move_to_end(key)
            while len(self._matches) > _REMEMBERED:
                self._matches.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._matches.clear()


_memory = _Memory()


def forget_searches() -> None:
    """Start anew: the database went back in time, as it does between tests."""
    _memory.clear()


def find(key: Hashable, matching: QuerySet[LogRow]) -> Matches:
    """The lines of ``matching``, exactly; ``key`` stands for its conditions."""
    last = _memory.get(key)
    newest, total, added = _log_since(last.newest if last else None)
    if last is not None and (last.newest, last.total) == (newest, total):
        return last
    if last is not None and added == total - last.total:
        found = _grown(last, matching, newest, total)
    else:
        found = _anew(matching, newest, total)
    _memory.keep(key, found)
    return found


def _log_since(newest: int | None) -> tuple[int, int, int]:
    """The log's greatest id, how many lines there are, and how many came after the id ``newest`` (None: 0)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT MAX(id) FROM logs_logrow), (SELECT SUM(n) FROM logs_logcount), "
            "(SELECT COUNT(*) FROM logs_logrow WHERE id > %s)",
            [INTEGER_LIMIT if newest is None else newest],
        )
        greatest, total, added = (int(value or 0) for value in cursor.fetchone())
    return greatest, total, added


def _grown(last: Matches, matching: QuerySet[LogRow], newest: int, total: int) -> Matches:
    """``last`` with what has come since."""
    newer = _ids(matching.filter(id__gt=last.newest, id__lte=newest))
    ids = last.ids
    if ids is not None and newer:
        ids = _sorted((*newer, *ids)) if last.n + len(newer) <= FEW else None
    return Matches(newest, total, last.n + len(newer), ids)


def _anew(matching: QuerySet[LogRow], newest: int, total: int) -> Matches:
    looked_at = matching.filter(id__lte=newest)
    ids = _ids(looked_at[: FEW + 1])
    if len(ids) > FEW:
        return Matches(newest, total, looked_at.count(), None)
    return Matches(newest, total, len(ids), _sorted(ids))


def _ids(rows: QuerySet[LogRow]) -> tuple[int, ...]:
    return tuple(rows.values_list("id", flat=True))


def _sorted(ids: Sequence[int]) -> tuple[int, ...]:
    """Newest first, as pages are."""
    rows = LogRow.objects.filter(id__in=ids).order_by("-timestamp", "-id")
    return tuple(rows.values_list("id", flat=True))
