"""What is known but not here: deleted on purpose, or named by an adopted archive without a file."""

from django.db.models import Q, QuerySet

from downloads.models import AdoptedEntry, Tombstone


def deleted_items(search: str = "") -> QuerySet[Tombstone]:
    """What was deleted, newest first; ``search`` is a part of the source or the URL."""
    rows = Tombstone.objects.order_by("-deleted_at", "-id")
    return rows.filter(Q(source__icontains=search) | Q(url__icontains=search)) if search else rows


def archived_entries(search: str = "") -> QuerySet[AdoptedEntry]:
    """Archive entries without a file, newest first; ``search`` is a part of the source or the entry."""
    rows = AdoptedEntry.objects.filter(download__isnull=True).order_by("-id")
    return rows.filter(Q(source__icontains=search) | Q(entry__icontains=search)) if search else rows
