"""What a job asks the queue for, checked by the rules of its platform."""

from dataclasses import dataclass
from typing import Any

from mediadl.api.errors import ApiError, InvalidFieldsError
from mediadl.media import MediaError
from mediadl.net.addresses import refuse_private_literal
from mediadl.net.urls import normalise_url
from platforms import registry
from platforms.contract import PlatformInfo, SourceError
from platforms.errors import UnknownDownloaderError, UnknownPlatformError

DEFAULT_MAX_DOWNLOADS = 50  # spec: api-decisions, "Defaults: 50 in /platforms/*/download and jobs"
NUMBERS = {"max_downloads": (1, 10_000), "days_back": (1, 3650), "priority": (1, 10)}
TEXTS = ("downloader",)
LINK_TEXTS = ("url", "preset")  # where a platform's request names a link, not an account


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job's request in the queue's own terms; ``config`` keeps what the platform takes besides."""

    platform: str
    source: str
    content_type: str
    downloader: str
    url: str
    max_downloads: int
    days_back: int | None
    priority: int | None
    metadata: dict[str, Any]


def _config_errors(config: dict[str, Any], texts: tuple[str, ...]) -> list[str]:
    errors = []
    for name, given in config.items():
        if name in NUMBERS:
            low, high = NUMBERS[name]
            if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
                errors.append(f"{name}: must be a whole number from {low} to {high}.")
        elif name in texts:
            if not isinstance(given, str) or not given or len(given) > 2000:
                errors.append(f"{name}: must be text of 1 to 2000 characters.")
        else:
            errors.append(f"{name}: there is no such option; there are {', '.join((*NUMBERS, *texts))}.")
    return errors


def _link(platform: PlatformInfo, config: dict[str, Any]) -> str:
    if "url" not in config:
        raise InvalidFieldsError({"config": [f"url: jobs of {platform.name} need the URL to look at."]})
    try:
        url = normalise_url(config["url"])
        refuse_private_literal(url)
    except MediaError as error:
        raise InvalidFieldsError({"config": [f"url: {error.detail}"]}) from error
    return url


def checked_request(*, platform: str, source: str, content_type: str, config: dict[str, Any]) -> JobRequest:
    """The request that a job with these values makes each time.

    Raises:
        InvalidFieldsError: an unknown platform, content type, downloader or option; a source that
            the platform's rule refuses; a missing ``config.url`` where the platform needs one.
    """
    try:
        known = registry.get(platform)
    except UnknownPlatformError as error:
        raise InvalidFieldsError({"platform": [str(error)]}) from error
    try:
        clean_source = known.clean_source(source)
    except SourceError as error:
        raise InvalidFieldsError({"source": [str(error)]}) from error
    if content_type and content_type not in known.content_types:
        choices = ", ".join(known.content_types)
        raise InvalidFieldsError({"content_type": [f"{known.display_name} has {choices}."]})
    page = known.source_url(clean_source, content_type)
    errors = _config_errors(config, TEXTS if page else (*TEXTS, *LINK_TEXTS))
    if errors:
        raise InvalidFieldsError({"config": errors})
    downloader = config.get("downloader", "")
    if downloader:
        try:
            registry.downloader(platform, downloader)
        except UnknownDownloaderError as error:
            raise InvalidFieldsError({"config": [f"downloader: {error}"]}) from error
    return JobRequest(
        platform=platform,
        source=clean_source,
        content_type=content_type,
        downloader=downloader,
        url=page or _link(known, config),
        max_downloads=config.get("max_downloads", DEFAULT_MAX_DOWNLOADS),
        days_back=config.get("days_back"),
        priority=config.get("priority"),
        metadata={"preset": config["preset"]} if "preset" in config else {},
    )


def refusal_of(error: ApiError) -> str:
    """Why the queue refused a run's request, in one line for the history."""
    details = [f"{name}: {message}" for name, messages in error.field_errors.items() for message in messages]
    return f"{error.code}: {'; '.join(details) or error.detail}"
