"""What the sidebar shows on every page: where one can go, and how things stand."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mediadl.accounts.models import Role, User
from mediadl.notifications.choices import choice_of
from mediadl.stats import selectors as stats
from mediadl.ui.selectors.health import troubled_platforms
from mediadl.ui.selectors.jobs import job_count
from mediadl.ui.selectors.progress import present_speed
from queue_app.models import Pause
from queue_app.states import Status


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One place in the sidebar."""

    name: str
    label: str
    icon: str
    url: str
    current: bool
    tally: int = 0
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """Something above every page that concerns all downloads."""

    kind: str
    icon: str
    title: str
    detail: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around a page's own content."""

    pages: list[NavEntry]
    tools: list[NavEntry]
    running: int
    speed: float  # MB/s of all running items together, as last heard
    storage: dict[str, Any]
    banners: list[Banner]
    can_change: bool
    is_admin: bool
    notices: str  # the kinds of notifications that the person wants to see on pages


_PAUSE_TITLES = {"disk_full": "The disk is full.", "read_only": "The download folder is read-only."}


def banners() -> list[Banner]:
    """One for each reason why all downloading stands still."""
    return [
        Banner(
            "bad",
            "database-off",
            _PAUSE_TITLES.get(pause.reason, "All downloads wait."),
            f"{pause.detail} All downloads wait; they go on by themselves when this is over.",
            "See the largest files" if pause.reason == "disk_full" else "",
            f"{reverse('history')}?sort=-file_size&view=table" if pause.reason == "disk_full" else "",
        )
        for pause in Pause.objects.order_by("since")
    ]


def may_change(user: Any) -> bool:
    """Whether buttons that change something are shown."""
    return isinstance(user, User) and user.role != Role.VIEWER


def is_admin(user: Any) -> bool:
    """Whether pages for admins are offered."""
    return isinstance(user, User) and user.role == Role.ADMIN


def shell_of(request: HttpRequest, current: str) -> Shell:
    """The shell of a page for the signed-in user."""
    user = request.user
    queue = stats.queue_counts()
    open_items = queue[Status.PENDING] + queue[Status.DOWNLOADING] + queue[Status.PAUSED]
    troubled = troubled_platforms()

    def entry(name: str, label: str, icon: str, tally: int = 0, *, warns: bool = False) -> NavEntry:
        return NavEntry(name, label, icon, reverse(name), name == current, tally, warns)

    return Shell(
        pages=[
            entry("dashboard", "Dashboard", "layout-dashboard"),
            entry("history", "History", "photo"),
            entry("queue", "Queue", "list-details", open_items),
            entry("scheduler", "Scheduler", "calendar-clock", job_count()),
            entry("platforms", "Platforms", "plug-connected", troubled, warns=True),
        ],
        tools=[entry("settings", "Settings", "settings"), entry("logs", "Logs", "terminal-2")]
        if is_admin(user)
        else [],
        running=queue[Status.DOWNLOADING],
        speed=present_speed() if queue[Status.DOWNLOADING] else 0.0,
        storage=stats.storage(),
        banners=banners(),
        can_change=may_change(user),
        is_admin=is_admin(user),
        notices=" ".join(choice_of(user).browser_events) if isinstance(user, User) else "",
    )
