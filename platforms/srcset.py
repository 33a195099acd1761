"""The ``srcset`` attribute: which URLs it names, the largest first."""

import re

_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*?)(?:,(?=\s|$)|\s+([\d.]+)([wx])(?:\s+\d+h)?\s*(?:,|$)|\s*$|\s+(?=\S+:))")
_DENSITY_WIDTH = 1000.0  # ranks "2x" among widths; the two kinds are never mixed in one attribute
MAX_CANDIDATES = 50


def largest_first(srcset: str) -> list[str]:
    """The URLs of ``srcset``, by width or density, the largest first; equal ones keep their order.

    A URL may contain commas: only one before white space, or at the end of a candidate, separates.
    """
    found: list[tuple[float, str]] = []
    position = 0
    while position < len(srcset) and len(found) < MAX_CANDIDATES:
        match = _CANDIDATE.match(srcset, position)
        if match is None or match.end() == position:
            break
        position = match.end()
        found.append((_rank(match[2], match[3]), match[1]))
    return [url for _, url in sorted(found, key=lambda one: -one[0])]


def _rank(number: str | None, unit: str | None) -> float:
    if number is None:
        return _DENSITY_WIDTH
    try:
        value = float(number)
    except ValueError:
        return 0.0
    return value * _DENSITY_WIDTH if unit == "x" else value
