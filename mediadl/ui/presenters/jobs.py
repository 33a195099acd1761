"""The next job, as the dashboard shows it."""

from dataclasses import dataclass
from datetime import datetime

from mediadl.ui.presenters.platform_words import platform_icon
from mediadl.ui.selectors import jobs
from mediadl.ui.selectors.pictures import covers_of_sources


@dataclass(frozen=True, slots=True)
class NextJob:
    """Name, time and picture of the job that is due first."""

    name: str
    next_run: datetime
    picture: str
    icon: str


def next_job() -> NextJob | None:
    """The job that is due first, or None."""
    job = jobs.next_job()
    if job is None or job.next_run is None:
        return None
    source = (job.platform, job.source)
    return NextJob(job.name, job.next_run, covers_of_sources([source]).get(source, ""), platform_icon(job.platform))
