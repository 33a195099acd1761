"""Run as a script in a process of its own: writes the URL patterns of yt-dlp's extractors as JSON.

Each row is ``[literal, pattern]``: a URL that matches ``pattern`` always contains ``literal`` (lower
case; empty where nothing is sure), so that a reader need not compile a pattern to rule it out.
"""

import json
import re
import sys
import warnings
from collections.abc import Iterable
from typing import Any

from yt_dlp.extractor import gen_extractor_classes

_parser: Any = re._parser  # type: ignore[attr-defined]  # the standard library's own, without a public name


def longest_literal(parsed: Iterable[tuple[Any, Any]]) -> str:
    """The longest text that every match must contain, as far as the top of the pattern shows."""
    best = run = ""
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument).lower()
            best = max(best, run, key=len)
            continue
        run = ""
        if name == "SUBPATTERN":
            best = max(best, longest_literal(argument[3]), key=len)
        elif name == "MAX_REPEAT" and argument[0] > 0:
            best = max(best, longest_literal(argument[2]), key=len)
    return best


def patterns_of(extractor: Any) -> list[str]:
    """The patterns of one extractor class; empty for those that no URL chooses."""
    found = getattr(extractor, "_VALID_URL", None)
    if not found or extractor.__name__ == "GenericIE":
        return []
    return [found] if isinstance(found, str) else list(found)


def main() -> None:
    """Write the rows to standard output."""
    warnings.simplefilter("ignore")
    rows = []
    for pattern in {pattern for extractor in gen_extractor_classes() for pattern in patterns_of(extractor)}:
        literal = longest_literal(_parser.parse(pattern))
        rows.append([literal if len(literal) > 2 else "", pattern])
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
