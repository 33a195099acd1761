"""Noting new pictures that are to be compared, in the transaction that records them."""

from collections.abc import Iterable

from downloads.models import Download, UpgradeCase, UpgradeStatus
from downloads.upgrade.wanted import looks_for_larger
from mediadl import clock
from mediadl.media import MediaType


def note_new_pictures(recorded: Iterable[Download]) -> None:
    """Each new picture of a downloader that looks for larger copies becomes a case."""
    looks: dict[tuple[str, str], bool] = {}
    cases = []
    for download in recorded:
        key = (download.platform, download.downloader)
        if download.media_type != MediaType.IMAGE.value:
            continue
        if key not in looks:
            looks[key] = looks_for_larger(*key)
        if looks[key]:
            cases.append(
                UpgradeCase(
                    status=UpgradeStatus.LOOKING,
                    downloader=download.downloader,
                    source=download.source,
                    candidate=download,
                    created_at=clock.now(),
                )
            )
    if cases:
        UpgradeCase.objects.bulk_create(cases)
