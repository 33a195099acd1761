"""Reading the pairs of pictures."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from downloads.bin.entries import retention_days
from downloads.models import Download, UpgradeCase, UpgradeStatus
from mediadl.api.errors import NotFoundError
from mediadl.clock import isoformat_seconds

SHOWN = [status for status in UpgradeStatus.values if status != UpgradeStatus.LOOKING]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of pairs, and how many there are in all."""

    rows: list[UpgradeCase]
    total: int


def list_cases(
    *, status: str = UpgradeStatus.REVIEW.value, source: str | None = None, page: int = 1, per_page: int = 50
) -> CasePage:
    """The pairs with this status: those that wait oldest first, others newest first."""
    rows = _rows().filter(status=status)
    if source:
        rows = rows.filter(source=source)
    order = ("created_at", "pk") if status == UpgradeStatus.REVIEW else ("-decided_at", "-pk")
    return CasePage(list(rows.order_by(*order)[(page - 1) * per_page : page * per_page]), rows.count())


def get_case(case_id: int) -> UpgradeCase:
    """One pair.

    Raises:
        NotFoundError: there is none.
    """
    case = _rows().filter(pk=case_id).first()
    if case is None:
        raise NotFoundError("There is no such pair of pictures.")
    return case


def waiting_count() -> int:
    """How many pairs wait for a person."""
    return UpgradeCase.objects.filter(status=UpgradeStatus.REVIEW).count()


def can_undo(case: UpgradeCase) -> bool:
    """Whether the old file is still there to be given back."""
    return case.status == UpgradeStatus.REPLACED and case.bin_entry is not None


def case_json(case: UpgradeCase) -> dict[str, Any]:
    """One pair in the API's shape."""
    return {
        "id": case.pk,
        "status": case.status,
        "reason": case.reason,
        "source": case.source,
        "downloader": case.downloader,
        "figures": case.figures,
        "stored": _side(case.download, case.old_record),
        "larger": _side(case.candidate, case.new_record),
        "can_undo": can_undo(case),
        "undo_until": isoformat_seconds(case.bin_entry.binned_at + timedelta(days=retention_days()))
        if case.bin_entry
        else None,
        "created_at": isoformat_seconds(case.created_at),
        "decided_at": isoformat_seconds(case.decided_at) if case.decided_at else None,
        "decided_by": case.decided_by or None,
    }


def _side(download: Download | None, record: dict[str, Any]) -> dict[str, Any]:
    """One picture of the pair: as it was when they were exchanged, else as it is."""
    width, height, size = record.get("width"), record.get("height"), record.get("file_size")
    downloader, filename = record.get("downloader"), record.get("filename")
    if not record and download is not None:
        width, height, size = download.width, download.height, download.file_size
        downloader, filename = download.downloader, download.filename
    return {
        "download_id": download.pk if download else None,
        "filename": filename,
        "downloader": downloader,
        "resolution": f"{width}x{height}" if width and height else None,
        "file_size": size,
    }


def _rows() -> "QuerySet[UpgradeCase]":
    return UpgradeCase.objects.exclude(status=UpgradeStatus.LOOKING).select_related(
        "download", "candidate", "bin_entry"
    )
