"""The queue: a live list in the order in which it starts, and everything one can do to it."""

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from mediadl.api.limits import LINES_LIMIT
from mediadl.api.parsers import lines_of
from mediadl.ui.access import page, person
from mediadl.ui.numbers import whole_number, whole_numbers
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.platform_words import platform_label
from mediadl.ui.presenters.queue_detail import detail_of
from mediadl.ui.presenters.queue_row import row_of, rows_of
from mediadl.ui.selectors.queue_sections import (
    SECTION_KEYS,
    QueueView,
    items_by_id,
    section,
    sections,
    tabs,
)
from mediadl.ui.triggers import toast, trigger
from mediadl.ui.words import count
from mediadl.web.body_limits import LIST_BODY_BYTES
from platforms import registry
from queue_app import selectors, services
from queue_app.states import Status

MOST_AT_ONCE = 1000
MOST_ROWS_AT_ONCE = 100
_SHAPES = {"run": "dashboard/_run.html", "row": "queue/_row.html"}
_DONE_WORDS = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "retry": "queued again",
    "delete": "removed",
}


def _view_of(request: HttpRequest) -> QueueView:
    status = request.GET.get("status", "")
    return QueueView(
        status=status if status in tuple(Status) else "",
        platform=request.GET.get("platform", "")[:40],
        search=request.GET.get("search", "").strip()[:200],
    )


def _query(view: QueueView, **changes: str) -> str:
    values = {"status": view.status, "platform": view.platform, "search": view.search, **changes}
    return urlencode({name: value for name, value in values.items() if value})


def _list(request: HttpRequest) -> dict[str, object]:
    view = _view_of(request)
    counts = selectors.counts(view.platform)
    return {
        "view": view,
        "query": _query(view),
        "counts": counts,
        "sections": sections(view, counts),
        "tabs": [{**tab, "query": _query(view, status=tab["status"])} for tab in tabs(counts)],
    }


@page()
def queue(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?open=ID`` opens a row, for browsers without JavaScript."""
    context = _list(request)
    view = context["view"]
    assert isinstance(view, QueueView)  # noqa: S101 - tells the type checker
    wanted = whole_number(request.GET.get("open", ""))
    if wanted is not None:
        context["open_id"] = wanted
        context["detail"] = detail_of(selectors.get_item(wanted))
    context["stats"] = selectors.stats()
    context["platforms"] = [
        {"label": one.display_name, "query": _query(view, platform=one.name), "current": one.name == view.platform}
        for one in registry.platforms()
    ]
    context["platform_label"] = platform_label(view.platform) if view.platform else ""
    context["without_platform"] = _query(view, platform="")
    return render_page(request, "queue/page.html", context, current="queue")


@page()
def queue_list(request: HttpRequest) -> HttpResponse:
    """The tabs and the list, again."""
    return render_part(request, "queue/_list.html", _list(request))


@page()
def more(request: HttpRequest, key: str, start: int) -> HttpResponse:
    """The rows of a section that follow the first ``start``."""
    if key not in SECTION_KEYS:
        raise NotFoundError
    view = _view_of(request)
    return render_part(request, "queue/_rows.html", {"section": section(view, key, start=start), "query": _query(view)})


@page()
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of single items, for the page's script to put in place of the old ones."""
    template = _SHAPES.get(request.GET.get("shape", ""), _SHAPES["row"])
    ids = whole_numbers(request.GET.get("ids", "").split(","))
    context = {"rows": rows_of(items_by_id(ids[:MOST_ROWS_AT_ONCE])), "row_template": template}
    return render_part(request, "queue/_single_rows.html", context)


@page()
def detail(request: HttpRequest, item_id: int) -> HttpResponse:
    """What an open row shows."""
    item = selectors.get_item(item_id)
    return render_part(request, "queue/_detail.html", {"detail": detail_of(item), "row": row_of(item)})


def _back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """htmx gets the events; a form sent without JavaScript goes back to the page."""
    if request.headers.get("HX-Request"):
        for part in ("refresh-queue", "refresh-running", "refresh-nav"):
            trigger(response, part)
        return response
    return redirect("queue")


@require_POST
@page(Role.USER)
def act(request: HttpRequest, item_id: int, action: str) -> HttpResponse:
    """Pause, resume, cancel, retry, delete, or a new priority for one item."""
    changes = {
        "pause": services.pause,
        "resume": services.resume,
        "cancel": services.cancel,
        "retry": services.retry,
        "delete": services.delete,
    }
    if action == "priority":
        services.set_priority(item_id=item_id, priority=_priority(request), user=person(request))
    elif action in changes:
        changes[action](item_id=item_id, user=person(request))
    else:
        raise NotFoundError
    return _back(request, HttpResponse(status=204))


def _priority(request: HttpRequest) -> int:
    number = whole_number(request.POST.get("priority", ""))
    if number is None:
        raise InvalidFieldsError({"priority": ["Must be a number from 1 to 10."]})
    return number


@require_POST
@page(Role.USER)
def bulk(request: HttpRequest) -> HttpResponse:
    """The same action for the selected items."""
    action = request.POST.get("action", "")
    ids = whole_numbers(request.POST.getlist("ids"))[:MOST_AT_ONCE]
    priority = _priority(request) if action == "priority" else None
    result = services.bulk(action=action, ids=ids, priority=priority, user=person(request))
    response = HttpResponse(status=204)
    word = _DONE_WORDS.get(action, "changed")
    if result.done:
        toast(response, f"{count(result.done, 'item')} {word}")
    else:
        first = result.errors[0].detail if result.errors else "Nothing was selected."
        toast(response, f"No item was {word}", first, level="error")
    trigger(response, "selection-done")
    return _back(request, response)


@require_POST
@page(Role.USER)
def pause_all(request: HttpRequest) -> HttpResponse:
    """Pause everything that runs or waits, or let everything that is paused go on."""
    resumes = request.POST.get("action") == "resume"
    change = services.resume_all if resumes else services.pause_all
    result = change(user=person(request))
    words = f"{count(result.done, 'item')} {_DONE_WORDS['resume' if resumes else 'pause']}"
    rest = "" if result.finished else "There are more; press the button again."
    response = toast(HttpResponse(status=204), words, rest)
    return _back(request, response)


@require_POST
@page(Role.USER)
def clear(request: HttpRequest) -> HttpResponse:
    """Remove the ended items; their files stay."""
    statuses = request.POST.getlist("status") or [Status.COMPLETED.value, Status.FAILED.value]
    deleted = services.clear(statuses=statuses, user=person(request))
    response = toast(HttpResponse(status=204), f"{count(deleted, 'item')} removed", "Their files stay in the history.")
    return _back(request, response)


@require_POST
@page(Role.USER)
def import_list(request: HttpRequest) -> HttpResponse:
    """Queue every link of a text file or of the pasted lines."""
    upload = request.FILES.get("file")
    text = request.POST.get("lines", "")
    if upload is not None:
        if upload.size is None or upload.size > LIST_BODY_BYTES:
            raise InvalidFieldsError({"file": ["At most 8 MB."]}, "The file is larger than 8 MB; split it.")
        text += "\n" + upload.read().decode("utf-8", "replace")
    filled = (line.strip() for line in lines_of(text) if line.strip())
    lines = list(islice(filled, LINES_LIMIT + 1))
    results = services.import_urls(lines=lines, user=person(request))
    context = {"results": results, "added": sum(not result.error_code for result in results)}
    response = render_part(request, "queue/_import_result.html", context)
    trigger(response, "refresh-queue")
    trigger(response, "refresh-nav")
    return response
