"""Whole numbers that people, or scripts, put into addresses and forms."""

from collections.abc import Iterable

MOST_DIGITS = 18  # any such number fits a database's column


def whole_number(text: str) -> int | None:
    """The number that ``text`` is, or None: not digits alone, or more of them than anything here has."""
    text = text.strip()
    return int(text) if len(text) <= MOST_DIGITS and text.isascii() and text.isdigit() else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those of ``texts`` that are numbers, each once, in their order."""
    return list(dict.fromkeys(number for text in texts if (number := whole_number(text)) is not None))


MOST_PAGES = 1_000_000


def page_number(text: str) -> int:
    """A page from 1 on; the first for what is none."""
    return min(max(1, whole_number(text) or 1), MOST_PAGES)
