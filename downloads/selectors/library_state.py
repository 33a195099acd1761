"""Whether the library is still as it was when something was counted."""

from typing import NamedTuple

from django.db import connection

_FOLLOWED_ROWS = 50_000  # where more have come, counting anew is as fast


class Library(NamedTuple):
    """A state of the library: sums that differ once a download comes, goes or takes other values."""

    newest: int
    n: int
    bytes: int
    completed: int
    upgraded: int

    def difference_to(self, later: "Library") -> tuple[int, ...]:
        """How the sums have changed."""
        return tuple(after - before for before, after in zip(self[1:], later[1:], strict=True))


_ADDED_COLUMNS = (
    "COUNT(*)",
    "SUM(file_size)",
    "SUM(CASE WHEN status = 'completed' THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN upgraded THEN 1 ELSE 0 END)",
)


def library_since(newest: int | None) -> tuple[Library, tuple[int, ...]]:
    """The library's state, and the sums of what was added after the id ``newest`` (None: zeros); one query."""
    new = "FROM downloads_download WHERE id > %s AND id <= %s"
    added = ", ".join(f"(SELECT {column} {new})" for column in _ADDED_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT MAX(id) FROM downloads_download), SUM(n), SUM(bytes), "  # noqa: S608 - our own names
            "SUM(CASE WHEN status = 'completed' THEN n ELSE 0 END), SUM(CASE WHEN upgraded THEN n ELSE 0 END), "
            f"{added} FROM downloads_cubetotal",
            [newest or 0, newest + _FOLLOWED_ROWS if newest else 0] * len(_ADDED_COLUMNS),
        )
        numbers = [int(value or 0) for value in cursor.fetchone()]
    return Library(*numbers[:5]), tuple(numbers[5:])
