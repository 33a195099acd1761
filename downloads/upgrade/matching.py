"""Which stored pictures a new one may be a larger copy of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import QuerySet

from downloads.models import Download, DownloadStatus, PictureFingerprint
from downloads.upgrade.fingerprints import fingerprints_of
from downloads.upgrade.hashing import NEAR_DHASH, NEAR_PHASH, distance
from downloads.upgrade.wanted import original_id
from downloads.verification import Verifier
from mediadl.media import MediaType

DAYS_AROUND = timedelta(days=1)
MOST_HASHED = 400  # stored pictures of one source within the days
MOST_COMPARED = 6  # the nearest of them
_CDN_NAME = re.compile(r"\d+_\d+_\d+_n")


@dataclass(frozen=True, slots=True)
class Match:
    """A stored picture, and how it was found.

    Attributes:
        is_same_item: by its id or its name on the CDN, not only by its looks.
    """

    download: Download
    is_same_item: bool
    phash: int
    dhash: int


def matches_for(new: Download, verifier: Verifier) -> list[Match]:
    """The stored pictures of other downloaders that ``new`` may be, likeliest first."""
    same = list(_same_item(new))
    near = [] if same else list(_near_in_time(new))
    prints = fingerprints_of([new, *same, *near], verifier)
    own = prints.get(new.file_hash)
    if own is None:
        return []
    found = [
        _match(download, own, prints[download.file_hash], same_item=True)
        for download in same
        if download.file_hash in prints
    ]
    looks = [
        _match(download, own, prints[download.file_hash], same_item=False)
        for download in near
        if download.file_hash in prints
    ]
    looks = [match for match in looks if match.phash <= NEAR_PHASH or match.dhash <= NEAR_DHASH]
    looks.sort(key=lambda match: (match.phash + match.dhash, match.download.pk))
    return [*found, *looks[:MOST_COMPARED]]


def _match(download: Download, own: PictureFingerprint, other: PictureFingerprint, *, same_item: bool) -> Match:
    return Match(download, same_item, distance(own.phash, other.phash), distance(own.dhash, other.dhash))


def _same_item(new: Download) -> Iterator[Download]:
    original = original_id(new.media_id, new.downloader)
    if original:
        yield from _stored(new).filter(media_id=original)
        return
    name = cdn_name(new.media_url)
    if name:
        for download in _stored(new).filter(source=new.source, media_url__contains=name):
            if cdn_name(download.media_url) == name:
                yield download


def _near_in_time(new: Download) -> list[Download]:
    posted = new.post_date
    if posted is None or not new.source:
        return []
    rows = list(
        _stored(new)
        .filter(source=new.source, post_date__range=(posted - DAYS_AROUND, posted + DAYS_AROUND))
        .order_by("post_date", "pk")[:MOST_HASHED]
    )
    return sorted(rows, key=lambda row: abs((row.post_date or posted) - posted))


def _stored(new: Download) -> "QuerySet[Download]":
    return (
        Download.objects.select_related("file__root")
        .filter(platform=new.platform, status=DownloadStatus.COMPLETED, media_type=MediaType.IMAGE.value)
        .exclude(pk=new.pk)
        .exclude(downloader=new.downloader)
    )


def cdn_name(url: str) -> str:
    """The name by which a picture of any size is known on Instagram's CDN; empty where there is none."""
    found = _CDN_NAME.search(urlsplit(url).path)
    return found.group() if found else ""
