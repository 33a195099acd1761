"""The platforms: how they do, starting a download, the sources so far, forum monitors."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from downloads.upgrade.selectors import waiting_count
from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError, InvalidFieldsError, NotFoundError
from mediadl.configuration import services as configuration
from mediadl.stats import selectors as stats
from mediadl.ui.access import may, page, person
from mediadl.ui.links import thumbnail_url
from mediadl.ui.numbers import page_number, whole_number
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.extractors import extractors, update_note
from mediadl.ui.presenters.platform_cards import platform_cards
from mediadl.ui.presenters.platform_words import downloader_label, platform_icon
from mediadl.ui.presenters.site_access import access_context
from mediadl.ui.presenters.source_cards import source_cards
from mediadl.ui.selectors.library import known_of, source_count, sources
from mediadl.ui.selectors.monitors import ends_soon, threads
from mediadl.ui.triggers import toast
from platforms import registry
from platforms.contract import PlatformInfo, SourceError
from platforms.evidence import cases, read_case
from platforms.extractors.tasks import start_update
from platforms.selectors import list_platforms
from queue_app import services as queue
from queue_app.requests import checked_url
from scheduler import services as jobs
from scheduler.monitors import services as monitors

FIRST_SOURCES = 8
PER_PAGE = 24
EVIDENCE_SHOWN = 5
FOLLOW_SCHEDULE = "0 */4 * * *"
RHYTHMS = (
    ("every hour", "0 * * * *"),
    ("every 4 hours", FOLLOW_SCHEDULE),
    ("every 12 hours", "0 */12 * * *"),
    ("every day", "0 6 * * *"),
)
FOLLOW_NEWEST = 50
EXTEND_DAYS = 30
DEFAULT_NEWEST = 50


def _forms(chosen: str) -> list[dict[str, Any]]:
    """What the form beside the list needs of each platform."""
    return [
        {
            "name": info.name,
            "label": info.display_name,
            "icon": platform_icon(info.name),
            "current": info.name == chosen,
            "by_user": bool(info.source_url("example", "")),
            "content_types": info.content_types,
            "downloaders": [
                (one.name, downloader_label(info.name, one.name))
                for one in info.downloaders
                if registry.is_downloader_enabled(info.name, one.name)
            ],
        }
        for info in registry.platforms()
    ]


@page()
def platforms(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?start=NAME`` opens the form of a platform, ``?search=`` looks for sources."""
    rows = list_platforms()
    known = [row["name"] for row in rows]
    chosen = request.GET.get("start", "")
    search = request.GET.get("search", "").strip()[:120]
    number = page_number(request.GET["page"]) if request.GET.get("page") else 0
    everything = bool(number or search)
    start = (max(1, number) - 1) * PER_PAGE
    found = sources(PER_PAGE + 1, start, search) if everything else sources(FIRST_SOURCES)
    context = {
        "platforms": platform_cards(rows, stats.overview()["platforms"]),
        "forms": _forms(chosen if chosen in known else known[0]),
        "source": request.GET.get("source", "")[:120],
        "sources": source_cards(found[:PER_PAGE]),
        "source_count": source_count(),
        "search": search,
        "everything": everything,
        "next_page": max(1, number) + 1 if everything and len(found) > PER_PAGE else 0,
        "threads": [(thread, ends_soon(thread)) for thread in threads()],
        "extractors": extractors(),
        "extractors_note": update_note(),
        "pairs_waiting": waiting_count(),
        "default_newest": DEFAULT_NEWEST,
        "rhythms": RHYTHMS,
    }
    if may(request.user, Role.ADMIN):
        context |= access_context(request.GET.get("access", "")) | {"evidence": cases()[:EVIDENCE_SHOWN]}
    return render_page(request, "platforms/page.html", context, current="platforms")


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    if (number := whole_number(text)) is None:
        raise InvalidFieldsError(
            {name: ["Must be a whole number."]}, f"{name.replace('_', ' ')}: enter a whole number."
        )
    return number


def _clean_source(info: PlatformInfo, text: str) -> str:
    try:
        return info.clean_source(text)
    except SourceError as error:
        raise InvalidFieldsError({"source": [str(error)]}, str(error)) from error


@page(Role.USER)
def known(request: HttpRequest, name: str) -> HttpResponse:
    """What our records tell of the profile that is being typed; nothing where it is new or not a name yet."""
    info = registry.get(name)
    try:
        source = info.clean_source(request.GET.get("source", "").strip())
    except SourceError:
        return HttpResponse()
    found = known_of(info.name, source)
    picture = thumbnail_url(found.newest_id) if found.newest_id else ""
    return render_part(request, "platforms/_known.html", {"known": found, "picture": picture})


def _back(request: HttpRequest, title: str, detail: str = "", *, level: str = "success") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return toast(HttpResponse(status=204), title, detail, level=level)
    words = f"{title}. {detail}" if detail else title
    messages.add_message(request, messages.INFO, words, extra_tags="failed" if level == "error" else "done")
    return redirect("platforms")


@require_POST
@page(Role.USER)
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Start a download of a profile, a thread or any link."""
    info = registry.get(name)
    content_type = request.POST.get("content_type", "")
    text = request.POST.get("source", "").strip()
    source, url = "", text
    if info.source_url("example", ""):
        source = _clean_source(info, text)
        url = info.source_url(source, content_type)
    item = queue.enqueue(
        url=url,
        platform=name,
        source=source,
        content_type=content_type,
        downloader=request.POST.get("downloader", ""),
        max_downloads=_number(request, "max_downloads"),
        days_back=_number(request, "days_back"),
        user=person(request),
    )
    return _back(request, f"{item.source} is in the queue", "It starts as soon as a transfer is free.")


@require_POST
@page(Role.ADMIN)
def update_extractors(request: HttpRequest) -> HttpResponse:
    """Have a worker install the newest gallery-dl and yt-dlp."""
    start_update()
    return _back(request, "The extractors are being updated", "The newest are used if they pass their test.")


@page(Role.ADMIN)
def evidence(_request: HttpRequest, name: str) -> HttpResponse:
    """What a site answered when it was no longer understood, as a text file."""
    text = read_case(name)
    if text is None:
        raise NotFoundError("There is no such file any more.")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@page(Role.ADMIN)
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Switch a platform on or off."""
    registry.get(name)
    on = request.POST.get("enabled") == "on"
    configuration.change({"platforms": {name: {"enabled": on}}}, user=person(request))
    return _back(request, f"{registry.get(name).display_name} is {'on' if on else 'off'}")


@require_POST
@page(Role.ADMIN)
def follow(request: HttpRequest) -> HttpResponse:
    """Make a job of a source in one click; the form beside the list may say what, with what, and how often."""
    info = registry.get(request.POST.get("platform", ""))
    text = request.POST.get("source", "").strip()
    content_type = request.POST.get("content_type", info.content_types[0] if info.content_types else "")
    rhythm = next(((words, cron) for words, cron in RHYTHMS if cron == request.POST.get("every")), RHYTHMS[1])
    options = {
        "max_downloads": _number(request, "max_downloads") or FOLLOW_NEWEST,
        "days_back": _number(request, "days_back"),
        "downloader": request.POST.get("downloader", ""),
    }
    if info.source_url("example", ""):
        source = _clean_source(info, text)
    else:  # a link, not a name
        options["url"] = text
        source = registry.recognise(checked_url(text, "source")).source
    job = jobs.create_job(
        name=f"{source}, {content_type}" if content_type else source,
        platform=info.name,
        source=source,
        content_type=content_type,
        schedule=rhythm[1],
        config={name: value for name, value in options.items() if value},
        user=person(request),
    )
    return _back(request, f"{job.source} is followed", f"A job looks for new files {rhythm[0]}.")


@require_POST
@page(Role.ADMIN)
def monitor(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Pause, resume, extend, check or forget a forum monitor."""
    if action in ("pause", "resume"):
        status = "paused" if action == "pause" else "active"
        monitors.update_monitor(slug, status=status, user=person(request))
    elif action == "extend":
        monitors.update_monitor(slug, monitor_days=EXTEND_DAYS, user=person(request))
    elif action == "check":
        monitors.check_now(slug, user=person(request))
    elif action == "delete":
        monitors.delete_monitor(slug, user=person(request))
    else:
        raise NotFoundError
    words = {"pause": "paused", "resume": "watched again", "extend": f"watched for {EXTEND_DAYS} more days"}
    return _back(request, f"The thread is {words.get(action, 'checked now' if action == 'check' else 'forgotten')}")


@require_POST
@page(Role.ADMIN)
def watch(request: HttpRequest) -> HttpResponse:
    """Monitor a forum thread."""
    try:
        thread = monitors.start_monitor(
            forum_name=request.POST.get("forum_name", ""),
            thread_url=request.POST.get("thread_url", ""),
            thread_title=request.POST.get("thread_title", "")[:300],
            monitor_days=_number(request, "monitor_days") or EXTEND_DAYS,
            user=person(request),
        )
    except ApiError as error:
        return _back(request, "The thread is not watched", error.detail, level="error")
    return _back(request, f"{thread.title or thread.forum_name} is watched")
