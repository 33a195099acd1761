"""Which of the listed media a request means: the newest N posts, no older than so many days.

A carousel is one post. A pinned post stands at the top although it is older: it is held back until
its date's turn comes, and neither ends the listing nor takes a newer post's place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mediadl.media import MediaItem, MediaType, SkipReason

_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Choice:
    """One media item, and why it is left out, if it is."""

    media: MediaItem
    skip: SkipReason | None = None


def post_of(media: MediaItem) -> str:
    """The post that a media item belongs to; one without a post is its own."""
    return media.post_id or f"media:{media.media_id}"


def _age_order(media: MediaItem) -> datetime:
    return media.post_date or _OLDEST


class Selection:
    """Decides item by item, in the order of the listing.

    Args:
        max_posts: the newest N posts, or None for all.
        cutoff: nothing older, or None.
        newest_first: the listing has that order, so it may end early; otherwise a limit needs all of it.
        chosen_posts: posts chosen by an interrupted run that this one goes on from.
        only: media of other types do not match, nor do their posts count; None for all types.
    """

    def __init__(
        self,
        *,
        max_posts: int | None,
        cutoff: datetime | None,
        newest_first: bool,
        chosen_posts: Iterable[str] = (),
        only: MediaType | None = None,
    ) -> None:
        self._max_posts = max_posts
        self._cutoff = cutoff
        self._newest_first = newest_first
        self._only = only
        self._chosen = set(chosen_posts)
        self._seen: set[str] = set()
        self._held: dict[str, list[MediaItem]] = {}
        self._all: list[MediaItem] = []
        self.ended = False
        """Nothing further of the listing can be meant."""

    @property
    def is_holding(self) -> bool:
        """Whether listed media wait for a decision (an interrupted listing must then start over)."""
        return bool(self._held or self._all)

    def offer(self, media: MediaItem) -> list[Choice]:
        """The decisions that the next listed item allows (for it, or for ones held back)."""
        if media.media_id in self._seen:
            return []
        self._seen.add(media.media_id)
        if self._only is not None and media.media_type not in (self._only, None):
            return [Choice(media, SkipReason.NOT_MATCHING)]
        if not self._newest_first:
            return self._offer_unordered(media)
        post = post_of(media)
        if media.pinned and post not in self._chosen:
            self._held.setdefault(post, []).append(media)
            return []
        released = self._release(lambda held: media.post_date is not None and _age_order(held) >= media.post_date)
        if held_files := self._held.pop(post, None):
            released += [self._choose(held) for held in held_files]
        return [*released, self._choose(media)]

    def finish(self) -> list[Choice]:
        """The decisions that were still open when the listing was over."""
        if self._newest_first:
            return self._release(lambda _held: True)
        posts: dict[str, list[MediaItem]] = {}
        for media in self._all:
            posts.setdefault(post_of(media), []).append(media)
        self._all = []
        newest = sorted(posts.values(), key=lambda files: max(map(_age_order, files)), reverse=True)
        return [self._choose(media) for files in newest for media in files]

    def _offer_unordered(self, media: MediaItem) -> list[Choice]:
        if self._max_posts is None or self._is_too_old(media):
            return [self._choose(media)]
        self._all.append(media)
        return []

    def _release(self, is_due: Callable[[MediaItem], bool]) -> list[Choice]:
        due = [files for files in self._held.values() if is_due(files[0])]
        due.sort(key=lambda files: _age_order(files[0]), reverse=True)
        for files in due:
            del self._held[post_of(files[0])]
        return [self._choose(media, is_pinned=True) for files in due for media in files]

    def _choose(self, media: MediaItem, *, is_pinned: bool = False) -> Choice:
        post = post_of(media)
        if post in self._chosen:
            return Choice(media)
        if self._is_too_old(media):
            self.ended |= self._newest_first and not is_pinned
            return Choice(media, SkipReason.TOO_OLD)
        if self._max_posts is not None and len(self._chosen) >= self._max_posts:
            self.ended |= self._newest_first and not is_pinned
            return Choice(media, SkipReason.OVER_LIMIT)
        self._chosen.add(post)
        if not media.post_id and self._newest_first and len(self._chosen) == self._max_posts:
            self.ended = True  # no further file can belong to this post
        return Choice(media)

    def _is_too_old(self, media: MediaItem) -> bool:
        return self._cutoff is not None and media.post_date is not None and media.post_date < self._cutoff
