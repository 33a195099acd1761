"""The dashboard: paste links, what runs, what needs a person, figures, the newest pictures."""

from django.http import HttpRequest, HttpResponse

from mediadl.stats import selectors as stats
from mediadl.ui.access import page
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.day_chart import PERIODS, chart
from mediadl.ui.presenters.jobs import next_job
from mediadl.ui.presenters.needs import needs
from mediadl.ui.presenters.pasted_link import lines_of, read_line
from mediadl.ui.presenters.platform_cards import platform_cards
from mediadl.ui.presenters.queue_row import rows_of
from mediadl.ui.presenters.tiles import tiles_of
from mediadl.ui.selectors.library import newest
from platforms.selectors import list_platforms
from queue_app.models import QueueItem
from queue_app.states import Status

MOST_RUNNING = 6
MOST_PICTURES = 24


def _running() -> dict[str, object]:
    running = QueueItem.objects.filter(status=Status.DOWNLOADING).order_by("list_order", "id")
    counts = stats.queue_counts()
    return {
        "running_rows": rows_of(running[:MOST_RUNNING]),
        "running_count": counts[Status.DOWNLOADING],
        "waiting_count": counts[Status.PENDING],
    }


@page()
def dashboard(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?links=`` (share target, bookmarklet) fills the paste box."""
    shared = " ".join(request.GET.get(name, "") for name in ("links", "url", "text"))
    health = list_platforms()
    overview = stats.overview({row["name"]: row["status"] for row in health})
    context = {
        **_running(),
        "links": [read_line(line) for line in lines_of(shared) if "." in line],
        "adding": "add" in request.GET,
        "needs": needs(health),
        "overview": overview,
        "next_job": next_job(),
        "tiles": tiles_of(newest(MOST_PICTURES)),
        "chart": chart(request.GET.get("chart", "")),
        "chart_periods": PERIODS,
        "platforms": platform_cards(health, overview["platforms"]),
    }
    return render_page(request, "dashboard/page.html", context, current="dashboard")


@page()
def running(request: HttpRequest) -> HttpResponse:
    """The panel of what runs, again."""
    return render_part(request, "dashboard/_running.html", _running())


@page()
def figures(request: HttpRequest) -> HttpResponse:
    """The tiles with figures, again."""
    context = {"overview": stats.overview(), "next_job": next_job()}
    return render_part(request, "dashboard/_figures.html", context)


@page()
def newest_pictures(request: HttpRequest) -> HttpResponse:
    """The newest pictures, again."""
    context = {"tiles": tiles_of(newest(MOST_PICTURES)), "overview": stats.overview()}
    return render_part(request, "dashboard/_newest.html", context)


@page()
def day_chart(request: HttpRequest) -> HttpResponse:
    """The chart of another period."""
    context = {"chart": chart(request.GET.get("chart", "")), "chart_periods": PERIODS}
    return render_part(request, "dashboard/_chart.html", context)
