"""Parts of the shell that a page asks for again, and what a browser asks of a web app."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control

from mediadl.ui.access import page
from mediadl.ui.pages import render_part
from mediadl.ui.shell import shell_of
from mediadl.ui.static_files import asset_url
from mediadl.ui.triggers import trigger

MANIFEST_SECONDS = 3600


@page()
def nav(request: HttpRequest) -> HttpResponse:
    """The sidebar's entries with their counts; the event ``shell-counts`` carries what stands elsewhere."""
    shell = shell_of(request, request.GET.get("current", ""))
    response = render_part(request, "shell/_nav.html", {"shell": shell})
    counts = {"running": shell.running, "storage": shell.storage["used_human"]}
    trigger(response, "shell-counts", counts)
    return response


@cache_control(max_age=MANIFEST_SECONDS)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: installable, and a target for shared links."""
    del request
    start = reverse("dashboard")
    icon = {"src": asset_url("icons/logo.svg"), "sizes": "any", "type": "image/svg+xml"}
    content = {
        "name": "mediadl",
        "short_name": "mediadl",
        "description": "Your own media archive",
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": "#f3f4f1",
        "theme_color": "#2950d2",
        "icons": [{**icon, "purpose": "any"}, {**icon, "purpose": "maskable"}],
        "share_target": {
            "action": start,
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(content, content_type="application/manifest+json")
