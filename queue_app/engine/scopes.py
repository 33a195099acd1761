"""How far a source was listed without a gap, so that the next run may stop among known media."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from mediadl import clock
from queue_app.models import ListedScope, QueueItem


@dataclass(frozen=True, slots=True)
class Scope:
    """The newest ``max_posts`` posts that are not older than ``cutoff``; None: no bound."""

    max_posts: int | None
    cutoff: datetime | None

    def covers(self, wanted: "Scope") -> bool:
        """Whether a listing of this scope saw all that one of ``wanted`` would see beyond what is new."""
        enough_posts = self.max_posts is None or (wanted.max_posts is not None and wanted.max_posts <= self.max_posts)
        old_enough = self.cutoff is None or (wanted.cutoff is not None and wanted.cutoff >= self.cutoff)
        return enough_posts and old_enough


def scope_key(item: QueueItem, downloader: str) -> str:
    """Which listings are of the same media."""
    text = "\0".join((item.platform, downloader, item.url_hash, item.content_type))
    return hashlib.sha256(text.encode()).hexdigest()


def take_scope(item: QueueItem, downloader: str) -> Scope | None:
    """What the last complete run listed, if nothing of it is missing.

    It is forgotten until this run has ended well: one that breaks off may leave a gap.
    """
    row = ListedScope.objects.filter(key=scope_key(item, downloader)).first()
    if row is None:
        return None
    row.delete()
    return Scope(row.max_posts, row.cutoff)


def remember_scope(item: QueueItem, downloader: str, scope: Scope) -> None:
    """Keep what a run listed of which every file is here now."""
    ListedScope.objects.update_or_create(
        key=scope_key(item, downloader),
        defaults={"max_posts": scope.max_posts, "cutoff": scope.cutoff, "listed_at": clock.now()},
    )
