"""The sources so far, with what follows them."""

from dataclasses import dataclass
from datetime import datetime

from mediadl.ui.links import thumbnail_url
from mediadl.ui.presenters.platform_words import platform_icon
from mediadl.ui.selectors.library import Source
from platforms import registry
from platforms.errors import UnknownPlatformError
from scheduler.cron import in_words
from scheduler.models import Job

_WORDS_OF_SIMPLE = 3


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source: pictures, figures, and the job that follows it or whether one can."""

    platform: str
    name: str
    icon: str
    files: int
    last_seen: datetime | None
    pictures: list[str]
    followed: str
    can_follow: bool


def _can_follow(platform: str, name: str) -> bool:
    """Only where a source's name alone says where to look."""
    try:
        return bool(registry.get(platform).source_url(name, ""))
    except UnknownPlatformError:
        return False


def _short(words: str) -> str:
    """``Every 4 h`` where it is that simple."""
    simple = words.startswith("Every ") and len(words.split()) == _WORDS_OF_SIMPLE
    return words.replace(" hours", " h").replace(" minutes", " min") if simple else "Followed"


def source_cards(sources: list[Source]) -> list[SourceCard]:
    """The cards of these sources, with one read for their jobs."""
    jobs = {
        (platform, source): _short(in_words(schedule))
        for platform, source, schedule in Job.objects.filter(
            source__in=[one.name for one in sources], enabled=True
        ).values_list("platform", "source", "schedule")
    }
    return [
        SourceCard(
            platform=one.platform,
            name=one.name,
            icon=platform_icon(one.platform),
            files=one.files,
            last_seen=one.last_seen,
            pictures=[thumbnail_url(pk) for pk in one.picture_ids],
            followed=jobs.get((one.platform, one.name), ""),
            can_follow=_can_follow(one.platform, one.name),
        )
        for one in sources
    ]
