"""Which listed media need not be fetched, and what their outcome is."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from downloads.known import Known, known_media
from downloads.models import Download
from mediadl.media import MediaItem, OutcomeKind
from queue_app.models import QueueItem


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of a media item that is not fetched."""

    outcome: OutcomeKind
    reason: str
    download_id: int | None


@dataclass(slots=True, eq=False)
class _Question:
    """What one lister asks; another one may answer it together with its own."""

    platform: str
    media: Sequence[MediaItem]
    answered: threading.Event = field(default_factory=threading.Event)
    known: dict[str, Known] = field(default_factory=dict)
    error: Exception | None = None


class KnownCheck:
    """Looks media up for all lister threads: whoever asks while a look goes on shares the next one.

    A thousand links of one file each would else be thousands of queries.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Question] = []
        self._is_looking = False

    def settle(self, item: QueueItem, media: Sequence[MediaItem]) -> dict[str, Settled]:
        """The known ones of ``media`` by media id.

        One that was stored for this very item, by a worker that died before it could say so, is
        its download, not a known one.
        """
        known = self._known(item.platform, media)
        ids = [found.download_id for found in known.values() if found.download_id is not None]
        own: set[int] = set()
        if ids:
            own = set(Download.objects.filter(pk__in=ids, queue_item_id=item.pk).values_list("pk", flat=True))
        return {
            media_id: Settled(OutcomeKind.DOWNLOADED, "", found.download_id)
            if found.download_id in own
            else Settled(OutcomeKind.SKIPPED, found.reason.value, found.download_id)
            for media_id, found in known.items()
        }

    def _known(self, platform: str, media: Sequence[MediaItem]) -> dict[str, Known]:
        question = _Question(platform, media)
        with self._lock:
            self._waiting.append(question)
            leads = not self._is_looking
            self._is_looking = True
        if leads:
            self._answer_all()
        question.answered.wait()
        if question.error is not None:
            raise question.error
        return question.known

    def _answer_all(self) -> None:
        """Answer until nobody waits any more."""
        while True:
            with self._lock:
                questions, self._waiting = self._waiting, []
                if not questions:
                    self._is_looking = False
                    return
            for platform in {question.platform for question in questions}:
                _answer(platform, [question for question in questions if question.platform == platform])


def _answer(platform: str, questions: Sequence[_Question]) -> None:
    try:
        media = {one.media_id: one for question in questions for one in question.media}
        known = known_media(platform, list(media.values()))
        for question in questions:
            question.known = {one.media_id: known[one.media_id] for one in question.media if one.media_id in known}
    except Exception as error:
        for question in questions:
            question.error = error
    for question in questions:
        question.answered.set()
