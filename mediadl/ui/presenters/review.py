"""Pairs of pictures as the review page shows them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from downloads.bin.entries import retention_days
from downloads.models import Download, UpgradeCase
from downloads.upgrade.selectors import can_undo
from mediadl import clock
from mediadl.ui.links import file_url, thumbnail_url
from mediadl.ui.presenters.platform_words import downloader_label
from mediadl.ui.words import TIMES, count

_SHORT = {
    "crop": "Crop differs",
    "overlay": "Something is laid over one of them",
    "colours": "Colours differ",
    "moment": "Two moments of one scene?",
    "sharpened": "Sharpened afterwards?",
    "tiny": "Too small to be sure",
    "kept": "You keep the smaller one",
    "another_picture": "The site's other picture?",
    "same_picture": "The same picture",
}
_LONG = {
    "crop": "One of the two shows more at its edges. What both show looks the same.",
    "overlay": "In one place the two differ: a text, a mark or a thing that moved.",
    "colours": "The shapes are the same, the colours or the brightness are not.",
    "moment": "Many small differences: they may be two frames of a burst.",
    "sharpened": "The larger one has harder edges than a camera makes; it may have been enlarged and sharpened.",
    "tiny": "The smaller one has so few pixels that a small mark on the larger one could not be seen.",
    "another_picture": "The site lists both as the same item, but they do not look the same.",
    "kept": "It is the same picture, but you said to keep the smaller file as it is.",
}
_MUCH_SHARPER = 0.6  # of the detail that a picture of this kind has


@dataclass(frozen=True, slots=True)
class Picture:
    """One side of a pair."""

    download_id: int
    name: str
    file: str
    thumbnail: str
    pixels: str
    size: int
    width: int
    height: int
    downloader: str
    date: Any


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair that waits."""

    id: int
    source: str
    platform: str
    short: str
    why: str
    gain: str
    detail: str
    stored: Picture
    larger: Picture
    post_date: Any


@dataclass(frozen=True, slots=True)
class Replaced:
    """A replacement that can be undone."""

    id: int
    source: str
    thumbnail: str
    words: str
    left: str
    can_undo: bool


def pair_of(case: UpgradeCase) -> Pair | None:
    """The pair of a waiting case; None where one of its pictures is gone."""
    if case.download is None or case.candidate is None:
        return None
    gain = float(case.figures.get("gain") or 0)
    return Pair(
        id=case.pk,
        source=case.source,
        platform=case.download.platform,
        short=_SHORT.get(case.reason, "Please look"),
        why=_LONG.get(case.reason, "The two look alike, but not enough to be sure."),
        gain=f"{gain:.0f} times as many" if gain >= 2 else f"{gain:.1f} times as many",
        detail="sharper" if float(case.figures.get("detail") or 0) >= _MUCH_SHARPER else "about the same",
        stored=_picture(case.download),
        larger=_picture(case.candidate),
        post_date=case.download.post_date or case.candidate.post_date,
    )


def replaced_of(case: UpgradeCase) -> Replaced:
    """A line of what was replaced lately."""
    sides = [max(record.get("width") or 0, record.get("height") or 0) for record in (case.old_record, case.new_record)]
    left = ""
    if case.bin_entry is not None:
        days = (case.bin_entry.binned_at + timedelta(days=retention_days()) - clock.now()).days
        left = f"{count(max(0, days), 'day')} to undo"
    return Replaced(
        id=case.pk,
        source=case.source,
        thumbnail=thumbnail_url(case.download.pk) if case.download and case.download.has_thumbnail else "",
        words=f"{sides[0]} to {sides[1]}",
        left=left or "can no longer be undone",
        can_undo=can_undo(case),
    )


def _picture(download: Download) -> Picture:
    return Picture(
        download_id=download.pk,
        name=download.filename or "",
        file=file_url(download.pk),
        thumbnail=thumbnail_url(download.pk) if download.has_thumbnail else "",
        pixels=f"{download.width}{TIMES}{download.height}",
        size=download.file_size,
        width=download.width or 4,
        height=download.height or 3,
        downloader=downloader_label(download.platform, download.downloader),
        date=download.download_date,
    )
