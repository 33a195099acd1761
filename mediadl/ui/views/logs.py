"""The log: live tail, filters, search, download, clear."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.logs import selectors, services
from mediadl.ui.access import page
from mediadl.ui.links import api_url
from mediadl.ui.numbers import whole_number
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.log_lines import log_lines
from mediadl.ui.triggers import toast, trigger
from mediadl.ui.words import count, size

PER_PAGE = 100
MOST_DAYS = 36_500
MODULES = ("Instagram", "TikTok", "Forum", "Web", "Scheduler", "Queue", "Downloads", "Auth", "Settings", "System")
LEVELS = (("", "All"), ("INFO", "Info"), ("WARNING", "Warnings"), ("ERROR", "Errors"))
SPANS = (("", "Any time"), ("hour", "Last hour"), ("day", "Last 24 hours"), ("week", "Last 7 days"))
_SPAN_TIMES = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
CLEAR_CHOICES = ((7, "a week"), (30, "a month"), (90, "three months"))


def _values(request: HttpRequest) -> dict[str, str]:
    values = {name: request.GET.get(name, "").strip()[:200] for name in ("level", "module", "span", "search")}
    known = {"level": [level for level, _ in LEVELS], "module": MODULES, "span": _SPAN_TIMES}
    return {name: value for name, value in values.items() if value and (name == "search" or value in known[name])}


def _query(values: dict[str, str], **changes: str) -> str:
    return urlencode({name: value for name, value in {**values, **changes}.items() if value})


def _page(request: HttpRequest, number: int = 1) -> dict[str, Any]:
    values = _values(request)
    span = _SPAN_TIMES.get(values.get("span", ""))
    filters = selectors.LogFilters(
        level=values.get("level"),
        module=values.get("module"),
        search=values.get("search"),
        date_from=clock.now() - span if span else None,
    )
    found = selectors.list_logs(filters, page=number, limit=PER_PAGE)
    return {
        "values": values,
        "query": _query(values),
        "lines": log_lines(found.rows),
        "total": found.total,
        "filtered": found.filtered,
        "next_page": number + 1 if number * PER_PAGE < found.filtered else 0,
    }


@page(Role.ADMIN)
def logs(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    context = _page(request)
    values = context["values"]
    context |= {
        "levels": [(label, _query(values, level=level), level == values.get("level", "")) for level, label in LEVELS],
        "module_options": [(name, _query(values, module=name)) for name in MODULES],
        "without_module": _query(values, module=""),
        "spans": [(label, _query(values, span=span), span == values.get("span", "")) for span, label in SPANS],
        "span_label": dict(SPANS)[values.get("span", "")],
        "download_url": api_url("logs/download"),
        "clear_choices": CLEAR_CHOICES,
    }
    return render_page(request, "logs/page.html", context, current="logs")


@page(Role.ADMIN)
def more(request: HttpRequest, number: int) -> HttpResponse:
    """Further lines."""
    return render_part(request, "logs/_lines.html", _page(request, max(1, number)))


@require_POST
@page(Role.ADMIN)
def clear(request: HttpRequest) -> HttpResponse:
    """Delete old lines and files."""
    days = whole_number(request.POST.get("older_than_days", ""))
    if days is None or days < 1:
        raise InvalidFieldsError({"older_than_days": ["Must be at least 1."]}, "Choose how old lines must be.")
    cleared = services.clear_logs(older_than_days=min(days, MOST_DAYS), user=request.user)
    response = HttpResponse(status=204)
    toast(response, f"{count(cleared.rows, 'line')} removed", f"{count(cleared.files, 'file')}, {size(cleared.bytes)}")
    trigger(response, "refresh-logs")
    return response
