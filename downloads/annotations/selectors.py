"""Reading tags and notes."""

from typing import Any

from downloads.annotations.models import DownloadNote, DownloadTag


def annotations_of(download_id: int) -> dict[str, Any]:
    """``tags`` in alphabetical order and ``note`` (empty where there is none)."""
    tags = DownloadTag.objects.filter(download_id=download_id).order_by("name").values_list("name", flat=True)
    note = DownloadNote.objects.filter(download_id=download_id).values_list("text", flat=True).first()
    return {"tags": list(tags), "note": note or ""}
