"""From what somebody asked for to a request that the queue can take: every rule in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mediadl.api.errors import InvalidFieldsError
from mediadl.media import MediaError
from mediadl.net.addresses import refuse_private_literal
from mediadl.net.urls import host_of, normalise_url, url_hash
from platforms import registry
from platforms.contract import PlatformInfo, Recognition, SourceError
from platforms.sources import clean_label, site_name
from queue_app import preferences

METADATA_MAX_BYTES = 16 * 1024
MAX_DOWNLOADS_LIMIT = 10_000
DAYS_BACK_LIMIT = 3_650
HIGHEST_PRIORITY, LOWEST_PRIORITY = 1, 10


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """A checked request; the fields are those of :class:`queue_app.models.QueueItem`."""

    url: str
    url_hash: str
    host: str
    platform: str
    downloader: str
    source: str
    content_type: str
    referer: str | None
    priority: int
    max_downloads: int | None
    days_back: int | None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def check_request(
    *,
    url: str,
    platform: str = "",
    source: str = "",
    content_type: str = "",
    downloader: str = "",
    priority: int | None = None,
    max_downloads: int | None = None,
    days_back: int | None = None,
    referer: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> QueueRequest:
    """Check and complete a request.

    Raises:
        InvalidFieldsError: a field cannot be used; the error names it and says why.
        PlatformDisabledError: the platform or downloader is switched off.
    """
    normalised = checked_url(url, "url")
    info, seen = _platform_of(normalised, platform)
    metadata = _checked_metadata(metadata)
    downloader = _downloader_of(downloader, metadata)
    registry.downloaders_for(info.name, downloader)  # raises for unknown and disabled ones
    return QueueRequest(
        url=normalised,
        url_hash=url_hash(normalised),
        host=host_of(normalised)[:255],
        platform=info.name,
        downloader=downloader,
        source=_source_of(info, source, seen, normalised),
        content_type=_content_type_of(info, content_type, seen),
        referer=checked_url(referer, "referer") if referer else None,
        priority=checked_priority(priority),
        max_downloads=_in_range("max_downloads", max_downloads, MAX_DOWNLOADS_LIMIT),
        days_back=_in_range("days_back", days_back, DAYS_BACK_LIMIT),
        metadata=metadata,
    )


def checked_url(url: str, field_name: str) -> str:
    """The normalised URL; address literals and local names that are not public are refused.

    Raises:
        InvalidFieldsError: naming ``field_name``.
    """
    try:
        normalised = normalise_url(url)
        refuse_private_literal(normalised)
    except MediaError as error:
        raise InvalidFieldsError({field_name: [error.detail]}, error.detail) from error
    return normalised


def checked_priority(priority: int | None) -> int:
    """``priority``, or the default for None.

    Raises:
        InvalidFieldsError: it is outside 1..10.
    """
    if priority is None:
        return preferences.default_priority()
    if not HIGHEST_PRIORITY <= priority <= LOWEST_PRIORITY:
        raise InvalidFieldsError({"priority": [f"Must be from {HIGHEST_PRIORITY} (first) to {LOWEST_PRIORITY}."]})
    return priority


def _platform_of(url: str, named: str) -> tuple[PlatformInfo, Recognition | None]:
    if named:
        info = registry.get(named)
        return info, info.recognise(url)
    seen = registry.recognise(url)
    return registry.get(seen.platform), seen


def _downloader_of(named: str, metadata: Mapping[str, Any]) -> str:
    """The downloader by its own field or, as in the specification's example, in the metadata."""
    noted = metadata.get("downloader")
    if noted is None:
        return named
    if not isinstance(noted, str) or not noted:
        raise InvalidFieldsError({"metadata.downloader": ["Must be the name of a downloader."]})
    if named and noted != named:
        raise InvalidFieldsError({"metadata.downloader": [f"Contradicts the downloader {named!r}; name one of them."]})
    return noted


def _source_of(info: PlatformInfo, source: str, seen: Recognition | None, url: str) -> str:
    if not source:
        return seen.source if seen and seen.source else site_name(host_of(url))
    try:
        return info.clean_source(source)
    except SourceError:
        pass  # a name of the caller's own choice is fine too: it only labels the files
    try:
        return clean_label(source)
    except SourceError as error:
        raise InvalidFieldsError({"source": [str(error)]}, str(error)) from error


def _content_type_of(info: PlatformInfo, content_type: str, seen: Recognition | None) -> str:
    if not content_type:
        return seen.content_type if seen and seen.content_type in info.content_types else ""
    if content_type not in info.content_types:
        known = ", ".join(info.content_types)
        raise InvalidFieldsError(
            {"content_type": [f"{info.display_name} has no {content_type!r}; use one of: {known}."]}
        )
    return content_type


def _checked_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    if not metadata:
        return {}
    try:
        size = len(orjson.dumps(dict(metadata)))
    except (orjson.JSONEncodeError, TypeError, ValueError) as error:
        raise InvalidFieldsError({"metadata": ["Must be a JSON object."]}) from error
    if size > METADATA_MAX_BYTES:
        raise InvalidFieldsError({"metadata": [f"Is {size} bytes long; at most {METADATA_MAX_BYTES} are kept."]})
    return dict(metadata)


def _in_range(name: str, number: int | None, highest: int) -> int | None:
    if number is not None and not 1 <= number <= highest:
        raise InvalidFieldsError({name: [f"Must be from 1 to {highest}."]})
    return number
