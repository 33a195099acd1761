"""Run as a script in a process of its own: writes the URL patterns of a program's extractors as JSON.

``url_patterns.py gallery_dl`` or ``yt_dlp``. Each row is ``[literals, pattern]``: a URL that matches
``pattern`` always contains one of ``literals`` (lower case; none where nothing is sure), so that a
reader need not compile a pattern to rule it out.
"""

import json
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]  # the standard library's own, without a public name
_IN_EVERY_URL = "https://www."
_MOST_LITERALS = 3000  # PeerTube alone has a thousand sites
_SHORTEST = 3
# gallery-dl's extractors that read any URL as a file or a page (platforms.web.gallery_dl refuses them too).
_FOR_ANY_URL = frozenset({"directlink", "generic", "recursive", "noop"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def needed_literals(parsed: Iterable[tuple[Any, Any]]) -> set[str]:
    """Texts one of which every match contains; empty where nothing is sure.

    Of all such sets in the pattern the one that rules out the most: whose shortest text is longest.
    """
    return max(_sets_in(parsed), key=_worth, default=set())


def _sets_in(parsed: Iterable[tuple[Any, Any]]) -> Iterator[set[str]]:
    run = ""
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument).lower()
            continue
        found: set[str] = set()
        if name == "SUBPATTERN":
            found = needed_literals(argument[3])
        elif name == "ATOMIC_GROUP":
            found = needed_literals(argument)
        elif name in _REPEATS and argument[0] > 0:
            found = needed_literals(argument[2])
        elif name == "BRANCH":
            branches = [needed_literals(branch) for branch in argument[1]]
            found = set().union(*branches) if all(branches) else set()
        yield from ({run} if run else set(), found)
        run = ""
    yield {run} if run else set()


def _worth(literals: set[str]) -> int:
    if not literals or len(literals) > _MOST_LITERALS:
        return 0
    return min(0 if literal in _IN_EVERY_URL else len(literal) for literal in literals)


def row_of(pattern: str) -> list[Any]:
    """The row of one pattern.

    Raises:
        re.error: it is none.
    """
    literals = needed_literals(_parser.parse(pattern))
    return [sorted(literals) if _worth(literals) >= _SHORTEST else [], pattern]


def _patterns_of_yt_dlp() -> Iterator[str]:
    from yt_dlp.extractor import gen_extractor_classes

    for extractor in gen_extractor_classes():
        found = getattr(extractor, "_VALID_URL", None)  # None for those that no URL chooses
        if found and extractor.__name__ != "GenericIE":
            yield from [found] if isinstance(found, str) else found


def _patterns_of_gallery_dl() -> Iterator[str]:
    from gallery_dl.extractor import extractors

    for extractor in extractors():
        if extractor.category not in _FOR_ANY_URL:
            flags = "(?i)" if extractor.pattern.flags & re.IGNORECASE else ""
            yield flags + extractor.pattern.pattern.removeprefix("(?i)")


_PROGRAMS = {"yt_dlp": _patterns_of_yt_dlp, "gallery_dl": _patterns_of_gallery_dl}


def main() -> None:
    """Write the rows to standard output."""
    warnings.simplefilter("ignore")
    patterns = dict.fromkeys(_PROGRAMS[sys.argv[1]]())
    json.dump([row_of(pattern) for pattern in patterns], sys.stdout)


if __name__ == "__main__":
    main()
