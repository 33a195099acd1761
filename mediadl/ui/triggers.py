"""Telling the page's script what happened, beside the HTML that htmx swaps in."""

import json
from typing import Any

from django.http import HttpResponse

HEADER = "HX-Trigger"


def trigger(response: HttpResponse, name: str, detail: Any = None) -> None:
    """Let htmx fire the event ``name`` on the page."""
    events = json.loads(response.headers.get(HEADER, "{}"))
    events[name] = detail
    response.headers[HEADER] = json.dumps(events)


def toast(
    response: HttpResponse, title: str, message: str = "", *, level: str = "success", also: str = ""
) -> HttpResponse:
    """Show a toast; ``also`` is another event to fire."""
    trigger(response, "toast", {"title": title, "message": message, "level": level})
    if also:
        trigger(response, also)
    return response
