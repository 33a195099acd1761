"""The history: a gallery and a table of everything that was downloaded, and what one can do to it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from downloads import services
from downloads.adoption.services import forget_entry
from downloads.annotations.services import annotate
from downloads.models import Tombstone
from downloads.selectors import file_location, get_download, list_downloads, matching_ids
from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError, InvalidFieldsError, NotFoundError
from mediadl.ui.access import error_words, may, page, person
from mediadl.ui.numbers import page_number, whole_numbers
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.days import days_of
from mediadl.ui.presenters.history_filters import (
    HistoryView,
    chips,
    filter_words,
    month_marks,
    sort_label,
    sorts,
    view_of,
    without_one,
)
from mediadl.ui.presenters.lightbox import shown
from mediadl.ui.presenters.tiles import tiles_of
from mediadl.ui.selectors.facets import binned_count, forgotten_count, months
from mediadl.ui.selectors.forgotten import archived_entries, deleted_items
from mediadl.ui.triggers import toast, trigger
from mediadl.ui.words import count
from mediadl.web.archive import ArchiveEntry, ArchiveResponse

PER_PAGE = 60
MOST_AT_ONCE = 1000
_DONE_WORDS = {
    "delete": "deleted",
    "retry": "queued again",
    "mark_upgraded": "marked as upgraded",
    "keep": "kept",
    "unkeep": "no longer kept",
}


def _page_of(view: HistoryView, number: int, after: str = "") -> dict[str, Any]:
    found = list_downloads(view.filters, view.sort, number, PER_PAGE)
    tiles = tiles_of(found.rows)
    by_day = view.sort.endswith("download_date")
    more = number * PER_PAGE < found.total
    return {
        "view": view,
        "query": view.query(),
        "total": found.total,
        "tiles": tiles,
        "days": days_of(tiles, view.filters, after) if by_day and not view.table else [],
        "by_day": by_day,
        "next_page": number + 1 if more else 0,
        "last_day": tiles[-1].date.date().isoformat() if tiles else "",
        "first_index": (number - 1) * PER_PAGE,
    }


@page()
def history(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    view = view_of(request.GET)
    context = _page_of(view, 1)
    context |= {
        "chips": chips(view),
        "sorts": sorts(view),
        "sort_label": sort_label(view),
        "gallery_query": HistoryView(view.values, view.sort).query(),
        "table_query": HistoryView(view.values, view.sort, table=True).query(),
        "forgotten": forgotten_count(),
        "binned": binned_count(),
        "may_delete_files": may(request.user, Role.ADMIN),
        "months": month_marks(view, months(view.filters)) if context["by_day"] and not view.table else [],
    }
    if not context["tiles"] and view.values:
        context["filter_words"] = filter_words(view)
        context["without"] = without_one(view, lambda filters: list_downloads(filters, per_page=1).total)
    return render_page(request, "history/page.html", context, current="history")


@page()
def more(request: HttpRequest, number: int) -> HttpResponse:
    """The tiles or table rows of a further page."""
    view = view_of(request.GET)
    context = _page_of(view, max(1, number), request.GET.get("after", ""))
    return render_part(request, "history/_more.html", context)


@page()
def item(request: HttpRequest, download_id: int) -> HttpResponse:
    """One file, large: as a part for the lightbox, else as a page of its own."""
    context = {"shown": shown(get_download(download_id)), "may_delete_files": may(request.user, Role.ADMIN)}
    if request.headers.get("HX-Request"):
        return render_part(request, "history/_lightbox.html", context)
    return render_page(request, "history/item.html", context, current="history")


@require_POST
@page(Role.USER)
def write_annotations(request: HttpRequest, download_id: int) -> HttpResponse:
    """Write a file's tags and note, as the form has them."""
    tags = request.POST.get("tags", "").replace("\n", ",").split(",")
    try:
        annotate(download_id=download_id, tags=tags, note=request.POST.get("note", ""), user=person(request))
    except InvalidFieldsError as error:
        return HttpResponse(error_words(error), status=422, content_type="text/plain; charset=utf-8")
    if not request.headers.get("HX-Request"):
        return redirect("history-item", download_id)
    return toast(HttpResponse(status=204), "Tags and note are saved")


@page()
def forgotten(request: HttpRequest) -> HttpResponse:
    """What is known but not here and not fetched again; ``?of=archives``: what adopted archives name."""
    number = page_number(request.GET.get("page", ""))
    search = request.GET.get("search", "").strip()[:200]
    of_archives = request.GET.get("of") == "archives"
    found: QuerySet[Any] = archived_entries(search) if of_archives else deleted_items(search)
    rows = list(found[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    kept = {"of": "archives"} if of_archives else {}
    context = {
        "rows": rows[:PER_PAGE],
        "search": search,
        "of_archives": of_archives,
        "has_archived": of_archives or archived_entries().exists(),
        "kept_values": kept,
        "kept_query": "".join(
            f"&{urlencode({name: text})}" for name, text in {**kept, "search": search}.items() if text
        ),
        "forgotten": forgotten_count(),
        "binned": binned_count(),
        "total": list_downloads(per_page=1).total,
        "next_page": number + 1 if len(rows) > PER_PAGE else 0,
        "previous_page": number - 1,
    }
    return render_page(request, "history/forgotten.html", context, current="history")


@require_POST
@page(Role.USER)
def fetch_again(request: HttpRequest, tombstone_id: int) -> HttpResponse:
    """Forget that an item was deleted, so that the next run of its source fetches it."""
    row = Tombstone.objects.filter(pk=tombstone_id).first()
    if row is None:
        raise NotFoundError("It is not remembered as deleted any more.")
    services.remove_tombstones(platform=row.platform, media_ids=[row.media_id])
    if not request.headers.get("HX-Request"):
        return redirect("history-forgotten")
    return toast(HttpResponse(), "It is fetched again", "By the next run of its source.")


@require_POST
@page(Role.USER)
def fetch_archived(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Forget what an adopted archive names, so that the next run of its source fetches it."""
    forget_entry(entry_id=entry_id, user=person(request))
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('history-forgotten')}?of=archives")
    return toast(HttpResponse(), "It is fetched again", "By the next run of its source.")


def _selection(data: QueryDict) -> dict[str, Any]:
    """The chosen ids, or the filters where "all that match" was chosen."""
    if data.get("all"):
        return {"filters": view_of(QueryDict(data.get("query", ""))).filters}
    ids = whole_numbers(data.getlist("ids"))
    if not ids:
        raise InvalidFieldsError({"ids": ["Select at least one."]}, "Nothing is selected.")
    return {"ids": ids[:MOST_AT_ONCE]}


@require_POST
@page(Role.USER)
def bulk(request: HttpRequest) -> HttpResponse:
    """Keep, retry, mark or delete the selected files."""
    action = request.POST.get("action", "")
    if action not in _DONE_WORDS:
        raise InvalidFieldsError({"action": [f"Must be one of: {', '.join(_DONE_WORDS)}."]})
    result = services.bulk(
        action=action,
        delete_files=action == "delete" and may(request.user, Role.ADMIN),
        forget=bool(request.POST.get("forget")),
        user=person(request),
        **_selection(request.POST),
    )
    response = HttpResponse(status=204)
    title = f"{count(result.success, 'file')} {_DONE_WORDS[action]}"
    if result.success:
        hint = count(result.failed, "other") + " could not be" if result.failed else ""
        toast(response, title, hint)
    else:
        first = result.errors[0]["detail"] if result.errors else "Nothing matched."
        toast(response, f"No file was {_DONE_WORDS[action]}", first, level="error")
    trigger(response, "bulk-done", {"action": action})
    return response if request.headers.get("HX-Request") else redirect("history")


@require_POST
@page()
def zip_file(request: HttpRequest) -> HttpResponse:
    """The selected files as one archive, streamed."""
    chosen = _selection(request.POST)
    ids = chosen.get("ids") or matching_ids(chosen["filters"], MOST_AT_ONCE)
    stamp = clock.now().strftime("%Y%m%d_%H%M%S")
    return ArchiveResponse(_entries(ids), filename=f"mediadl_{stamp}.zip")  # type: ignore[return-value] # streams


def _entries(ids: list[int]) -> Iterator[ArchiveEntry]:
    for download_id in ids:
        try:
            location = file_location(download_id)
        except ApiError:
            continue  # it failed, or its file is gone
        yield ArchiveEntry(location.path, location.filename)
