"""The page on which admins take other programs' collections into the library."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from downloads.adoption.models import AdoptionRun, AdoptionStatus
from downloads.adoption.request import PLATFORMS
from downloads.adoption.selectors import entry_counts, recent_runs
from downloads.adoption.services import cancel_adoption, start_adoption
from downloads.adoption.words import files_so_far, lines_of
from downloads.selectors import list_downloads
from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.ui.access import error_words, page, person
from mediadl.ui.pages import render_page
from mediadl.ui.presenters.platform_words import platform_label
from mediadl.ui.selectors.facets import binned_count, forgotten_count

PLACEMENTS = (
    ("in_place", "Leave them where they are"),
    ("link", "Hard links in the download folder"),
    ("copy", "Copies in the download folder"),
    ("move", "Move them into the download folder"),
)
_FIELDS = ("folder", "placement", "platform", "source")


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    found = list(recent_runs())
    runs = [_shown(run, found) for run in found]
    known, with_file = entry_counts()
    shown = {
        "runs": runs,
        "is_running": any(run.status == AdoptionStatus.RUNNING for run in found),
        "placements": PLACEMENTS,
        "platforms": [(name, platform_label(name)) for name in PLATFORMS],
        "known": known,
        "with_file": with_file,
        "total": list_downloads(per_page=1).total,
        "forgotten": forgotten_count(),
        "binned": binned_count(),
    }
    return render_page(request, "adoption/page.html", shown | context, current="history", status=status)


def _shown(run: AdoptionRun, runs: list[AdoptionRun]) -> dict[str, Any]:
    is_running = run.status == AdoptionStatus.RUNNING
    return {
        "run": run,
        "is_running": is_running,
        "so_far": files_so_far(run.counts),
        "lines": lines_of(run.counts, dry_run=run.dry_run) if run.counts or not is_running else [],
        "problems": _problems(run.examples),
        "can_be_done": run.dry_run and run.status == AdoptionStatus.DONE and not _is_carried_out(run, runs),
    }


def _is_carried_out(looked: AdoptionRun, runs: list[AdoptionRun]) -> bool:
    """Whether what a dry run told was done since, or is being done."""
    return any(
        run.pk > looked.pk
        and not run.dry_run
        and run.status in (AdoptionStatus.RUNNING, AdoptionStatus.DONE)
        and all(getattr(run, name) == getattr(looked, name) for name in (*_FIELDS, "archives"))
        for run in runs
    )


def _problems(examples: list[dict[str, str]]) -> list[dict[str, str]]:
    return [example for example in examples if example["what"] != "adopt"][:50]


@page(Role.ADMIN)
def adoption(request: HttpRequest) -> HttpResponse:
    """The form and the latest adoptions; sending the form starts one."""
    if request.method != "POST":
        return _page(request)
    typed = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    archives = [line.strip() for line in request.POST.get("archives", "").splitlines() if line.strip()]
    if typed["placement"] not in dict(PLACEMENTS):
        raise InvalidFieldsError({"placement": ["Choose what happens to the files."]})
    try:
        start_adoption(**typed, archives=archives, dry_run=request.POST.get("dry_run") != "no", user=person(request))
    except InvalidFieldsError as error:
        return _page(request, status=422, error=error_words(error), typed={**typed, "archives": "\n".join(archives)})
    return redirect("adoption")


@require_POST
@page(Role.ADMIN)
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop one; what it adopted stays."""
    cancel_adoption(run_id=run_id, user=person(request))
    return redirect("adoption")
