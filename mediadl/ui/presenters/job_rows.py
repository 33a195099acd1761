"""Jobs, their last runs as ticks, the next day as a line, and what ran."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from mediadl import clock
from mediadl.ui.presenters.platform_words import platform_icon
from mediadl.ui.selectors.pictures import covers_of_sources
from mediadl.ui.words import count, duration
from scheduler.cron import due_times, in_words
from scheduler.models import Job, Run, RunStatus
from scheduler.services import schedule_zone

MOST_TICKS = 20
_TICK_LOW, _TICK_HIGH = 12, 100  # percent of the tick's height
DAY = timedelta(hours=24)
MOST_MARKS = 48  # of the next 24 hours
_STEP_HOURS = 3
_RESULT_WORDS = {
    RunStatus.RUNNING.value: ("Running", "running", "running"),
    RunStatus.SUCCESS.value: ("Done", "done", "done"),
    RunStatus.FAILURE.value: ("Failed", "failed", "failed"),
    RunStatus.SKIPPED.value: ("Skipped", "", "skipped"),
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One run: its kind (``new``, ``none``, ``failed``, ``skipped``, ``running``) and height in percent."""

    kind: str
    height: int
    words: str


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of the list."""

    slug: str
    name: str
    about: str
    icon: str
    picture: str
    when: str
    next_run: datetime | None
    enabled: bool
    running: bool
    ticks: list[Tick]
    last_words: str
    last_at: datetime | None
    failure: str


@dataclass(frozen=True, slots=True)
class DueMark:
    """A due time on the line of the next 24 hours; places in percent."""

    place: float
    name: str
    picture: str
    icon: str
    at: datetime
    lane: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of what ran."""

    started_at: datetime
    job_name: str
    picture: str
    icon: str
    word: str
    tone: str
    mark: str
    detail: str
    lasted: str


def _ticks(runs: Iterable[Run]) -> list[Tick]:
    newest_last = list(runs)[::-1]
    highest = max((run.items_downloaded for run in newest_last), default=0) or 1
    ticks = []
    for run in newest_last:
        kind = "failed" if run.status == RunStatus.FAILURE else run.status
        if run.status == RunStatus.SUCCESS:
            kind = "new" if run.items_downloaded else "none"
        height = max(_TICK_LOW, round(_TICK_HIGH * (run.items_downloaded / highest) ** 0.5))
        words = {"new": f"{run.items_downloaded} new", "none": "none new"}.get(kind, kind)
        ticks.append(Tick(kind, _TICK_HIGH if kind in ("failed", "running") else height, words))
    return ticks


def _runs_of(jobs: list[Job]) -> dict[int, list[Run]]:
    return {job.pk: list(job.runs.order_by("-started_at", "-id")[:MOST_TICKS]) for job in jobs}


def _about(job: Job) -> str:
    newest = job.config.get("max_downloads")
    return f"{job.source} · newest {newest}" if newest else job.source


def job_rows(jobs: list[Job]) -> list[JobRow]:
    """The rows of all jobs."""
    covers = covers_of_sources((job.platform, job.source) for job in jobs)
    runs = _runs_of(jobs)
    return [_job_row(job, runs[job.pk], covers.get((job.platform, job.source), "")) for job in jobs]


def _job_row(job: Job, runs: list[Run], picture: str) -> JobRow:
    ended = next((run for run in runs if run.status in (RunStatus.SUCCESS, RunStatus.FAILURE)), None)
    failed = ended is not None and ended.status == RunStatus.FAILURE
    new = ended.items_downloaded if ended else 0
    return JobRow(
        slug=job.slug,
        name=job.name,
        about=_about(job),
        icon=platform_icon(job.platform),
        picture=picture,
        when=in_words(job.schedule),
        next_run=job.next_run,
        enabled=job.enabled,
        running=any(run.status == RunStatus.RUNNING for run in runs),
        ticks=_ticks(runs),
        last_words="" if ended is None else f"{new} new" if new else "None new",
        last_at=ended.started_at if ended else None,
        failure=(ended.error_message or "Failed") if ended and failed else "",
    )


def next_day(jobs: list[Job]) -> list[DueMark]:
    """When the enabled jobs are due in the next 24 hours, in order."""
    now = clock.now()
    zone = schedule_zone()
    covers = covers_of_sources((job.platform, job.source) for job in jobs if job.enabled)
    marks = []
    for job in jobs:
        if not job.enabled:
            continue
        for moment in takewhile(lambda at: at < now + DAY, due_times(job.schedule, now, zone)):
            marks.append((moment, job))
            if len(marks) > MOST_MARKS * len(jobs):
                break
    marks.sort(key=lambda mark: mark[0])
    placed: list[DueMark] = []
    for moment, job in marks[:MOST_MARKS]:
        place = round(100 * (moment - now) / DAY, 2)
        crowded = bool(placed) and place - placed[-1].place < 3 and placed[-1].lane == 0
        picture = covers.get((job.platform, job.source), "")
        placed.append(DueMark(place, job.name, picture, platform_icon(job.platform), moment, int(crowded)))
    return placed


def hour_lines() -> list[dict[str, Any]]:
    """The hairlines of the next 24 hours: now, then every third hour of the schedule's zone."""
    now = clock.now()
    local = now.astimezone(schedule_zone())
    first = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    first += timedelta(hours=-first.hour % _STEP_HOURS)
    lines: list[dict[str, Any]] = [{"place": 0.0, "label": "Now"}]
    while first < local + DAY:
        place = round(100 * (first - local) / DAY, 2)
        label = f"{first:%a} 00:00" if first.hour == 0 else f"{first:%H:%M}"
        if place > 4:
            lines.append({"place": place, "label": label})
        first += timedelta(hours=_STEP_HOURS)
    return lines


def run_rows(runs: list[Run]) -> list[RunRow]:
    """What ran, in words."""
    covers = covers_of_sources((run.job.platform, run.job.source) for run in runs)
    return [_run_row(run, covers.get((run.job.platform, run.job.source), "")) for run in runs]


def _run_row(run: Run, picture: str) -> RunRow:
    word, tone, mark = _RESULT_WORDS[run.status]
    if run.status == RunStatus.SKIPPED:
        detail = run.error_message or "The run before it was not done yet"
    elif run.status == RunStatus.FAILURE:
        detail = run.error_message or "No cause was noted"
    else:
        detail = f"{run.items_downloaded} new" if run.items_downloaded else "none new"
        detail += "" if run.due_at else ", started by hand"
    end = run.completed_at or clock.now()
    return RunRow(
        started_at=run.started_at,
        job_name=run.job.name,
        picture=picture,
        icon=platform_icon(run.job.platform),
        word=word,
        tone=tone,
        mark=mark,
        detail=detail,
        lasted=duration((end - run.started_at).total_seconds()),
    )


def job_words(jobs: list[Job], marks: list[DueMark]) -> str:
    """``17 runs of 5 jobs``."""
    enabled = sum(job.enabled for job in jobs)
    return f"{count(len(marks), 'run')} of {count(enabled, 'job')}"
