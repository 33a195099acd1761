"""Posts that a user pinned stand first in a list although they are older than what follows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from mediadl.media import MediaItem

Post = list[MediaItem]


def with_pinned(posts: Iterator[Post], at_most: int) -> Iterator[Post]:
    """The same posts, those marked that stand above a newer one.

    The list itself does not say which are pinned. Of the first ``at_most`` posts one is pinned if a
    newer one follows among them or directly after.
    """
    first = [post for post in islice(posts, at_most + 1) if post]
    for index, post in enumerate(first):
        yield _marked(post) if index < at_most and _is_older(post, first[index + 1 :]) else post
    yield from (post for post in posts if post)


def _is_older(post: Post, following: list[Post]) -> bool:
    date = post[0].post_date
    dates = [other[0].post_date for other in following]
    return date is not None and any(other is not None and other > date for other in dates)


def _marked(post: Post) -> Post:
    return [replace(item, pinned=True) for item in post]
