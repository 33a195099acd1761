"""Rendering a page inside the shell, and the page that says what went wrong."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mediadl.ui.shell import is_admin, may_change, shell_of

# Loaded by every page at once; the others only where a page has a place for them (static/js/app.js).
COMMON_MODULES = (
    "app",
    "copying",
    "dialogs",
    "gallery",
    "live",
    "menus",
    "open_rows",
    "requests",
    "shortcuts",
    "socket",
    "speed",
    "theme",
    "times",
    "toasts",
)
PAGE_MODULES = ("chart", "lightbox", "logs", "paste", "queue", "review", "schedule", "selection", "settings")
MODULES = COMMON_MODULES + PAGE_MODULES

_PRIORITIES = range(1, 11)


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {"can_change": may_change(request.user), "can_admin": is_admin(request.user)}


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, current: str, status: int = 200
) -> HttpResponse:
    """A whole page; ``current`` names its entry in the sidebar."""
    full = {
        **(context or {}),
        "shell": shell_of(request, current),
        "modules": MODULES,
        "common_modules": COMMON_MODULES,
        "current_page": current,
    }
    full |= {**_rights(request), "priorities": _PRIORITIES}
    return render(request, template, full, status=status)


def render_part(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A part of a page for htmx; the same template that the whole page includes."""
    return render(
        request,
        template,
        {**context, "part": True, **_rights(request), "priorities": _PRIORITIES},
        status=status,
    )


def render_problem(request: HttpRequest, *, status: int, title: str, detail: str) -> HttpResponse:
    """What went wrong, why, and one way on: as a part for htmx, else as a page."""
    request_id = getattr(request, "request_id", "")
    problem = {"title": title, "detail": detail, "request_id": str(request_id)}
    if request.headers.get("HX-Request"):
        # htmx swaps no error; the page's script shows this as a toast.
        return render(request, "parts/_problem.html", {"problem": problem}, status=status)
    if not request.user.is_authenticated:
        return render(request, "problem_plain.html", {"problem": problem}, status=status)
    return render_page(request, "problem.html", {"problem": problem}, current="", status=status)
