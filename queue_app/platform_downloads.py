"""Downloads that name a user instead of a URL: ``POST /platforms/instagram/download`` and the like."""

from django.contrib.auth.base_user import AbstractBaseUser

from mediadl.api.errors import InvalidFieldsError
from platforms import registry
from platforms.contract import SourceError
from queue_app.models import QueueItem
from queue_app.services import enqueue

DEFAULT_MAX_DOWNLOADS = 50  # spec: api-decisions, Queue; `/queue` itself has none


def start_download(
    *,
    platform: str,
    username: str,
    content_type: str = "",
    downloader: str = "",
    max_downloads: int | None = None,
    days_back: int | None = None,
    priority: int | None = None,
    user: AbstractBaseUser | None = None,
) -> QueueItem:
    """Queue the posts of a user; the content type defaults to the platform's first.

    Raises:
        InvalidFieldsError: the user name, content type or downloader is none of this platform's.
        PlatformDisabledError: the platform or downloader is switched off.
        DuplicateError: the same request is still active.
    """
    info = registry.get(platform)
    try:
        source = info.clean_source(username)
    except SourceError as error:
        raise InvalidFieldsError({"username": [str(error)]}) from error
    wanted = content_type or info.content_types[0]
    if wanted not in info.content_types:
        raise InvalidFieldsError({"content_type": [f"Must be one of: {', '.join(info.content_types)}."]})
    return enqueue(
        url=info.source_url(source, wanted),
        platform=platform,
        source=source,
        content_type=wanted,
        downloader=downloader,
        priority=priority,
        max_downloads=max_downloads or DEFAULT_MAX_DOWNLOADS,
        days_back=days_back,
        user=user,
    )
