"""The recycle bin: what was deleted or replaced, and how to get it back."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from downloads.bin.entries import retention_days
from downloads.bin.purging import bin_bytes, empty_bin, purge_entry
from downloads.models import BinEntry, BinState
from downloads.selectors import list_downloads
from downloads.services.restoring import restore
from downloads.thumbnails import thumbnail_path
from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError
from mediadl.ui.access import page, person
from mediadl.ui.links import api_url
from mediadl.ui.numbers import page_number
from mediadl.ui.pages import render_page
from mediadl.ui.selectors.facets import binned_count, forgotten_count
from mediadl.ui.words import count

PER_PAGE = 60


@page()
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    number = page_number(request.GET.get("page", ""))
    days = retention_days()
    entries = BinEntry.objects.exclude(state=BinState.RESTORING).order_by("-binned_at", "-pk")
    total = binned_count()
    rows = [
        {
            "entry": entry,
            "thumbnail": api_url(f"downloads/bin/{entry.pk}/thumbnail") if _has_thumbnail(entry) else "",
            "ends": entry.binned_at + timedelta(days=days),
        }
        for entry in entries[(number - 1) * PER_PAGE : number * PER_PAGE]
    ]
    context = {
        "rows": rows,
        "binned": total,
        "bytes": bin_bytes(),
        "days": days,
        "forgotten": forgotten_count(),
        "total": list_downloads(per_page=1).total,
        "next_page": number + 1 if number * PER_PAGE < total else 0,
        "previous_page": number - 1,
    }
    return render_page(request, "history/bin.html", context, current="history")


@require_POST
@page(Role.USER)
def restore_file(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Give one back."""
    try:
        restore(entry_id=entry_id, user=person(request))
    except ApiError as error:
        return _back(request, error.detail, "failed")
    return _back(request, "The file is back in your library")


@require_POST
@page(Role.ADMIN)
def delete_file(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Delete one for good."""
    try:
        purge_entry(entry_id=entry_id, user=person(request))
    except ApiError as error:
        return _back(request, error.detail, "failed")
    return _back(request, "The file is gone for good")


@require_POST
@page(Role.ADMIN)
def empty(request: HttpRequest) -> HttpResponse:
    """Delete all of it for good."""
    return _back(request, f"{count(empty_bin(user=person(request)), 'file')} gone for good")


def _back(request: HttpRequest, words: str, kind: str = "done") -> HttpResponse:
    messages.add_message(request, messages.INFO, words, extra_tags=kind)
    return redirect("history-bin")


def _has_thumbnail(entry: BinEntry) -> bool:
    return thumbnail_path(entry.sha256).is_file()
