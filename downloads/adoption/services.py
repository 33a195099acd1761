"""Adoptions in the background: asked for once, done in steps by the maintenance of the scheduler."""

from collections import Counter
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction

from downloads.adoption.archives import UnreadableArchiveError
from downloads.adoption.deciding import Decision
from downloads.adoption.models import AdoptedEntry, AdoptionRun, AdoptionStatus
from downloads.adoption.request import PLATFORMS, AdoptionRefusedError, AdoptionRequest, FilePlacement
from downloads.adoption.request import refuse_wrong_places as refuse_places
from downloads.adoption.run import Progress, advance
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, NotFoundError, TransitionRefusedError

MAX_EXAMPLES = 200
MAX_RUNS = 100
UNEXPECTED = "Something went wrong that is not foreseen; the log has it. What was adopted so far stays."
log = structlog.get_logger("Downloads")


def start_adoption(
    *,
    folder: str,
    archives: list[str],
    placement: str,
    platform: str = "",
    source: str = "",
    dry_run: bool,
    user: Any,
) -> AdoptionRun:
    """Ask for an adoption, or for what it would do.

    Raises:
        InvalidFieldsError: the folder or an archive is not there, or may not be read.
    """
    if platform and platform not in PLATFORMS:
        raise InvalidFieldsError({"platform": [f"Must be one of: {', '.join(PLATFORMS)}."]})
    request = AdoptionRequest(
        Path(folder) if folder else None, tuple(map(Path, archives)), FilePlacement(placement), platform, source
    )
    try:
        refuse_places(request, archives_too=True)
    except AdoptionRefusedError as error:
        raise InvalidFieldsError({error.field: [error.detail]}) from error
    with transaction.atomic():
        run = AdoptionRun.objects.create(
            folder=folder,
            archives=archives,
            placement=placement,
            platform=platform,
            source=source,
            dry_run=dry_run,
            status=AdoptionStatus.RUNNING,
            started_by=getattr(user, "username", ""),
            started_at=clock.now(),
        )
        audit(user, "adoption.start", run.pk, {"folder": folder, "archives": archives, "dry_run": dry_run})
        oldest = list(AdoptionRun.objects.order_by("-id").values_list("pk", flat=True)[MAX_RUNS:])
        AdoptionRun.objects.filter(pk__in=oldest).exclude(status=AdoptionStatus.RUNNING).delete()
    return run


def cancel_adoption(*, run_id: int, user: Any) -> AdoptionRun:
    """Stop one after its present step; what it adopted stays.

    Raises:
        NotFoundError, TransitionRefusedError: there is none, or it has ended.
    """
    with transaction.atomic():
        running = AdoptionRun.objects.filter(pk=run_id, status=AdoptionStatus.RUNNING)
        if not running.update(status=AdoptionStatus.CANCELLED, ended_at=clock.now()):
            if not AdoptionRun.objects.filter(pk=run_id).exists():
                raise NotFoundError("There is no adoption with this id.")
            raise TransitionRefusedError("It has ended already.")
        audit(user, "adoption.cancel", run_id)
    return AdoptionRun.objects.get(pk=run_id)


def forget_entry(*, entry_id: int, user: Any) -> None:
    """Forget an archive entry that has no file, and others of the same medium: a run may fetch it.

    Raises:
        NotFoundError: it is not known any more, or its file is here.
    """
    with transaction.atomic():
        without_file = AdoptedEntry.objects.filter(download__isnull=True)
        entry = without_file.filter(pk=entry_id).first()
        if entry is None:
            raise NotFoundError("No archive entry without a file has this id any more.")
        without_file.filter(match=entry.match).delete()
        audit(user, "adoption.forget", entry_id, {"program": entry.program, "entry": entry.entry})


def has_running_adoption() -> bool:
    """Whether there is something to do."""
    return AdoptionRun.objects.filter(status=AdoptionStatus.RUNNING).exists()


def work_on_adoptions(*, seconds: float) -> bool:
    """Work on the oldest running one for some seconds; True when none is left."""
    run = AdoptionRun.objects.filter(status=AdoptionStatus.RUNNING).order_by("id").first()
    if run is None:
        return True
    _work_on(run, seconds)
    return not has_running_adoption()


def _work_on(run: AdoptionRun, seconds: float) -> None:
    progress = Progress(run.position, Counter(run.counts))
    examples = list(run.examples)

    def tell(one: Decision) -> None:
        # Of what is adopted some are enough; of the others a person wants to see each.
        kept = sum(example["what"] == one.what.value for example in examples)
        if kept < MAX_EXAMPLES // (10 if one.what == "adopt" else 1):
            examples.append({"path": one.file.path, "what": one.what.value, "detail": one.detail})

    mine = AdoptionRun.objects.filter(pk=run.pk, status=AdoptionStatus.RUNNING)
    request = AdoptionRequest(
        Path(run.folder) if run.folder else None,
        tuple(map(Path, run.archives)),
        FilePlacement(run.placement),
        run.platform,
        run.source,
    )
    try:
        refuse_places(request, archives_too=True)
        advance(request, progress, dry_run=run.dry_run, tell=tell, seconds=seconds)
    except (AdoptionRefusedError, UnreadableArchiveError, OSError) as error:
        mine.update(status=AdoptionStatus.FAILED, error=str(error)[:1000], ended_at=clock.now())
        return
    except Exception:
        # Tried again it would end in the same way, every few seconds, and keep all other adoptions waiting.
        log.exception("An adoption ended at something that nobody thought of", adoption=run.pk)
        mine.update(status=AdoptionStatus.FAILED, error=UNEXPECTED, ended_at=clock.now())
        return
    mine.update(position=progress.position, counts=dict(progress.counts), examples=examples)
    if progress.finished:
        mine.update(status=AdoptionStatus.DONE, ended_at=clock.now())
