"""The paste box: recognising links while they are typed, and starting what they ask for."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError
from mediadl.ui.access import page, person
from mediadl.ui.numbers import whole_number
from mediadl.ui.pages import render_part
from mediadl.ui.presenters.pasted_link import PastedLink, lines_of, read_line
from mediadl.ui.triggers import toast
from mediadl.ui.words import count
from queue_app import services as queue


def _rows(request: HttpRequest, links: list[PastedLink]) -> HttpResponse:
    return render_part(request, "paste/_rows.html", {"links": links})


@require_POST
@page(Role.USER)
def recognise(request: HttpRequest) -> HttpResponse:
    """Rows for the pasted lines."""
    return _rows(request, [read_line(line) for line in lines_of(request.POST.get("links", ""))])


def _asked(request: HttpRequest) -> list[dict[str, Any]]:
    """What the rows and the text that is no row yet ask for."""
    asked: list[dict[str, Any]] = []
    for key in request.POST.getlist("row"):

        def field(name: str, key: str = key) -> str:
            return request.POST.get(f"{name}-{key}", "").strip()

        newest = field("newest")
        asked.append(
            {
                "text": field("url"),
                "content_type": field("content_type"),
                "downloader": field("downloader"),
                "max_downloads": whole_number(newest),
            }
        )
    asked += [
        {"text": line, "content_type": "", "downloader": "", "max_downloads": None}
        for line in lines_of(request.POST.get("links", ""))
    ]
    return [one for one in asked if one["text"]]


@require_POST
@page(Role.USER)
def start(request: HttpRequest) -> HttpResponse:
    """Queue everything that is a link; what cannot be queued stays in the box and says why."""
    started, left = 0, []
    for one in _asked(request):
        link = read_line(one.pop("text"))
        if link.error:
            left.append(link)
            continue
        try:
            queue.enqueue(url=link.url, platform=link.platform, user=person(request), **one)
        except ApiError as error:
            left.append(replace(link, error=error.detail))
        else:
            started += 1
    if not request.headers.get("HX-Request"):
        if started:
            messages.success(request, f"{count(started, 'download')} started", extra_tags="done")
        for link in left:
            messages.error(request, f"{link.name}: {link.error}", extra_tags="failed")
        return redirect("dashboard")
    response = _rows(request, left)
    if started:
        toast(
            response, f"{count(started, 'download')} started", "They wait their turn in the queue.", also="paste-done"
        )
    return response
