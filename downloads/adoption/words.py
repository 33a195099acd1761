"""An adoption's counts in words, for the command line and the page."""

from collections.abc import Mapping

_DRY = {
    "adopt": "would be adopted",
    "already_here": "already in the library",
    "same_bytes": "with bytes that the library has",
    "same_item": "with a picture or video that the library has",
    "refused": "would be left out: no media, or damaged",
    "failed": "that cannot be read",
}
_REAL = {**_DRY, "adopt": "adopted", "refused": "left out: no media, or damaged", "failed": "that could not be taken"}
FILE_WORDS = {"adopt": "adopt", "already_here": "here", "same_bytes": "same", "same_item": "same"}


def files_so_far(counts: Mapping[str, int]) -> int:
    """How many files were looked at."""
    return sum(counts.get(name, 0) for name in _REAL)


def lines_of(counts: Mapping[str, int], *, dry_run: bool) -> list[str]:
    """One line a kind that there is."""
    words = _DRY if dry_run else _REAL
    lines = [
        f"{counts[name]:,} file{'' if counts[name] == 1 else 's'} {words[name]}" for name in words if counts.get(name)
    ]
    if entries := counts.get("entries", 0):
        new = counts.get("new_entries", 0)
        known = "would be known" if dry_run else "known"
        lines.append(f"{entries:,} archive entries {known} ({new:,} new), {counts.get('with_entry', 0):,} with a file")
    return lines or ["Nothing to adopt was found"]
