"""How a text is searched for: by the trigram index while few match, else along the sort's own index."""

from dataclasses import dataclass

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where

FEW_MATCHES = 5_000  # above, walking the date index and comparing finds a page sooner
_TRIGRAM = 3  # characters; shorter texts have no entry in the index
_LIKE = r"(d.url LIKE %s ESCAPE '\' OR d.filename LIKE %s ESCAPE '\')"
_ILIKE = r"(d.url ILIKE %s ESCAPE '\' OR d.filename ILIKE %s ESCAPE '\')"


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was planned.

    Attributes:
        few: at most :data:`FEW_MATCHES` rows match the text, found through the index.
        matches: how many rows match the text alone, where that is known already.
    """

    few: bool
    matches: int | None


def add_search(filters: DownloadFilters, where: Where) -> Search:
    """Add the condition for ``filters.search`` to ``where`` and say how it will be found."""
    text = filters.search
    if connection.vendor == "postgresql":  # its planner chooses between the indexes itself
        pattern = _pattern(text)
        where.add(_ILIKE, pattern, pattern)
        return Search(few=False, matches=None)
    if len(text) < _TRIGRAM:
        _add_like(text, where)
        return Search(few=False, matches=None)
    matches = _matches_up_to_limit(text)
    few = matches <= FEW_MATCHES
    if few or not text.isascii():  # LIKE would not fold the case of other letters
        where.add("d.id IN (SELECT rowid FROM downloads_search WHERE downloads_search MATCH %s)", _phrase(text))
    else:
        _add_like(text, where)
    return Search(few=few, matches=matches if few else None)


def count_text_matches(text: str) -> int | None:
    """All rows that match the text, where the index alone can tell; None where it cannot."""
    if connection.vendor != "sqlite" or len(text) < _TRIGRAM:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM downloads_search WHERE downloads_search MATCH %s", [_phrase(text)])
        return int(cursor.fetchone()[0])


def _matches_up_to_limit(text: str) -> int:
    sql = "SELECT COUNT(*) FROM (SELECT rowid FROM downloads_search WHERE downloads_search MATCH %s LIMIT %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_phrase(text), FEW_MATCHES + 1])
        return int(cursor.fetchone()[0])


def _add_like(text: str, where: Where) -> None:
    spellings = [text] if text.isascii() else list(dict.fromkeys((text, text.lower(), text.upper())))
    parameters = [_pattern(spelling) for spelling in spellings for _column in ("url", "filename")]
    where.add("(" + " OR ".join(_LIKE for _spelling in spellings) + ")", *parameters)


def _phrase(text: str) -> str:
    """An FTS5 string: nothing in it is an operator."""
    return '"' + text.replace('"', '""') + '"'


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
