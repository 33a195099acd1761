"""The history's filters: read from the URL, written back into it, and shown as chips."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.http import urlencode

from downloads.selectors import SORTS, DownloadFilters
from mediadl import clock
from mediadl.ui.presenters.platform_words import platform_icon, platform_label
from mediadl.ui.selectors.facets import sources_by_size
from mediadl.ui.words import count, number
from platforms import registry

DEFAULT_SORT = "-download_date"
_TEXT = ("platform", "source", "content_type", "media_type", "status", "downloader", "tag", "search")
_FLAGS = ("kept", "upgraded")
_SORT_WORDS = {
    "-download_date": "Newest first",
    "download_date": "Oldest first",
    "-post_date": "Posted last",
    "post_date": "Posted first",
    "-file_size": "Largest first",
    "file_size": "Smallest first",
}
_STATUS_WORDS = {"completed": "Here", "failed": "Failed"}
_MEDIA_WORDS = {"image": "Pictures", "video": "Videos", "audio": "Audio"}
_TYPE_WORDS = {
    "post": "Posts",
    "story": "Stories",
    "reel": "Reels",
    "video": "Videos",
    "image": "Images",
    "attachment": "Attachments",
}
_SPANS = (("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29), ("Last 365 days", 364))


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What the page's URL asks for."""

    values: Mapping[str, str] = field(default_factory=dict)
    sort: str = DEFAULT_SORT
    table: bool = False

    @property
    def filters(self) -> DownloadFilters:
        """The same for the library."""
        values = self.values
        return DownloadFilters(
            platform=values.get("platform"),
            downloader=values.get("downloader"),
            source=values.get("source"),
            content_type=values.get("content_type"),
            media_type=values.get("media_type"),
            status=values.get("status"),
            upgraded=True if values.get("upgraded") else None,
            kept=True if values.get("kept") else None,
            tag=values.get("tag", "").lower() or None,
            date_from=_day(values.get("date_from")),
            date_to=_day(values.get("date_to")),
            search=values.get("search", ""),
        )

    def query(self, **changes: str) -> str:
        """The URL's query with some values changed; an empty one is left out."""
        values = {**self.values, **changes}
        if self.sort != DEFAULT_SORT:
            values.setdefault("sort", self.sort)
        if self.table:
            values.setdefault("view", "table")
        kept = {name: value for name, value in values.items() if value and (name, value) != ("sort", DEFAULT_SORT)}
        return urlencode(kept)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def view_of(parameters: Mapping[str, Any]) -> HistoryView:
    """What the URL's query asks for; values that cannot be are left out, as an old link may hold them."""
    values = {name: str(parameters.get(name, "")).strip()[:200] for name in (*_TEXT, *_FLAGS, "date_from", "date_to")}
    for name in ("date_from", "date_to"):
        if _day(values[name]) is None:
            values[name] = ""
    sort = str(parameters.get("sort", ""))
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORT
    return HistoryView(
        {name: value for name, value in values.items() if value}, sort, parameters.get("view") == "table"
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a chip's menu."""

    label: str
    query: str
    current: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: switched on (``clear`` leads to the page without it), a menu, or a plain switch."""

    label: str
    icon: str = ""
    clear: str | None = None
    options: list[Option] = field(default_factory=list)
    switch: str = ""


def _menu(view: HistoryView, name: str, title: str, words: Mapping[str, str]) -> Chip:
    chosen = view.values.get(name, "")
    if chosen:
        return Chip(words.get(chosen, chosen), clear=view.query(**{name: ""}))
    return Chip(title, options=[Option(label, view.query(**{name: value})) for value, label in words.items()])


def _platform(view: HistoryView) -> Chip:
    chosen = view.values.get("platform", "")
    if chosen:
        return Chip(platform_label(chosen), platform_icon(chosen), clear=view.query(platform=""))
    options = [Option(one.display_name, view.query(platform=one.name)) for one in registry.platforms()]
    return Chip("Platform", options=options)


def _source(view: HistoryView) -> Chip:
    chosen = view.values.get("source", "")
    if chosen:
        return Chip(f"Source: {chosen}", clear=view.query(source=""))
    found = sources_by_size(view.values.get("platform", ""))
    return Chip("Source", options=[Option(name, view.query(source=name), note=number(n)) for name, n in found])


def _dates(view: HistoryView) -> Chip:
    first, last = view.values.get("date_from", ""), view.values.get("date_to", "")
    today = clock.now().date()
    spans = {(today - timedelta(days=days)).isoformat(): label for label, days in _SPANS}
    if first or last:
        label = spans.get(first, "") if not last else ""
        if not label:
            label = first if first == last else f"{first or 'the first'} to {last or 'now'}"
        return Chip(label, clear=view.query(date_from="", date_to=""))
    return Chip("Date", options=[Option(label, view.query(date_from=day)) for day, label in spans.items()])


def _types(view: HistoryView) -> Chip:
    for name, words in (("media_type", _MEDIA_WORDS), ("content_type", _TYPE_WORDS)):
        if chosen := view.values.get(name, ""):
            return Chip(words.get(chosen, chosen.capitalize()), clear=view.query(**{name: ""}))
    options = [Option(label, view.query(media_type=value)) for value, label in _MEDIA_WORDS.items()]
    options += [
        Option(label, view.query(content_type=value))
        for value, label in _TYPE_WORDS.items()
        if label not in _MEDIA_WORDS.values()
    ]
    return Chip("Type", options=options)


def _switch(view: HistoryView, name: str, label: str, icon: str = "") -> Chip:
    if view.values.get(name):
        return Chip(label, icon, clear=view.query(**{name: ""}))
    return Chip(label, icon, switch=view.query(**{name: "1"}))


def chips(view: HistoryView) -> list[Chip]:
    """Every filter in its place; the search stands in its own field and gets a chip only while it is on."""
    found = [
        _platform(view),
        _source(view),
        _types(view),
        _dates(view),
        _menu(view, "status", "Status", _STATUS_WORDS),
        _switch(view, "kept", "Kept", "pin"),
        _switch(view, "upgraded", "Upgraded"),
    ]
    if downloader := view.values.get("downloader"):
        found.append(Chip(f"With: {downloader}", clear=view.query(downloader="")))
    if tag := view.values.get("tag"):
        found.append(Chip(f"Tag: {tag}", clear=view.query(tag="")))
    if search := view.values.get("search"):
        found.append(Chip(f"“{search}”", "search", clear=view.query(search="")))
    return sorted(found, key=lambda chip: chip.clear is None)


def sorts(view: HistoryView) -> list[Option]:
    """The orders to choose from."""
    return [Option(label, view.query(sort=value), value == view.sort) for value, label in _SORT_WORDS.items()]


def sort_label(view: HistoryView) -> str:
    """The present order in words."""
    return _SORT_WORDS[view.sort]


def without_one(view: HistoryView, counter: Any) -> tuple[str, str, int] | None:
    """Which single filter hides the most: its label, the query without it, and how many there would be."""
    best: tuple[str, str, int] | None = None
    for chip in [chip for chip in chips(view) if chip.clear is not None]:
        names = {name for name in view.values if view.query(**{name: ""}) == chip.clear}
        rest = {name: value for name, value in view.values.items() if name not in names}
        n = counter(replace(view, values=rest).filters)
        if n and (best is None or n > best[2]):
            best = (chip.label, chip.clear or "", n)
    return best


def filter_words(view: HistoryView) -> str:
    """``these three filters``, ``this filter``."""
    n = len(view.values)
    words = ("", "this filter", "these two filters", "these three filters")
    return words[n] if n < len(words) else f"these {count(n, 'filter')}"


@dataclass(frozen=True, slots=True)
class MonthMark:
    """One entry of the date scrubber."""

    label: str
    title: str
    query: str


def month_marks(view: HistoryView, months: list[date]) -> list[MonthMark]:
    """Months of this year by name, earlier years by their number, newest first."""
    this_year = clock.now().year
    marks: list[MonthMark] = []
    for month in months:
        label = f"{month:%b}" if month.year == this_year else str(month.year)
        if marks and marks[-1].label == label:
            continue
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        marks.append(MonthMark(label, f"{month:%B %Y}", view.query(date_to=last.isoformat())))
    return marks
