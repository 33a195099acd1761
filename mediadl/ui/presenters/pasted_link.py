"""A pasted line as a row of the paste box: what the URL and our records tell, nothing from the network."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from mediadl.api.errors import ApiError
from mediadl.media import MediaError
from mediadl.net.addresses import refuse_private_literal
from mediadl.net.urls import normalise_url
from mediadl.ui.links import thumbnail_url
from mediadl.ui.presenters.platform_words import downloader_label, platform_icon, platform_label, request_words
from mediadl.ui.selectors.library import known_of
from platforms import registry
from platforms.errors import UnknownPlatformError

MAX_LINES = 200
_LINE_MAX = 4096
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
_BROKEN_SCHEME = re.compile(r"[a-z]{2,8}\s*[:;]?\s*/{1,3}(?=(?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
NEWEST_CHOICES = (5, 15, 50, 100, 500)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a pick."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PastedLink:
    """One row. ``error`` is set when it is no link; then ``suggestion`` may hold a likely one."""

    key: str
    text: str
    url: str = ""
    name: str = ""
    what: str = ""
    platform: str = ""
    icon: str = "unlink"
    picture: str = ""
    files: int = 0
    last_seen: datetime | None = None
    content_types: list[Choice] = field(default_factory=list)
    content_type: str = ""
    newest: list[Choice] = field(default_factory=list)
    downloaders: list[Choice] = field(default_factory=list)
    error: str = ""
    suggestion: str = ""


def lines_of(text: str) -> list[str]:
    """The single links of a pasted text, in order, each once."""
    found = [part[:_LINE_MAX] for part in re.split(r"\s+", text.strip()) if part]
    return list(dict.fromkeys(found))[:MAX_LINES]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _suggestion(text: str) -> str:
    """What was probably meant by a line that is no link, or nothing."""
    guess = _BROKEN_SCHEME.sub("https://", text, count=1)
    if guess == text or "://" not in guess:
        return ""
    try:
        return normalise_url(guess)
    except MediaError:
        return ""


def _picks(platform: str) -> tuple[list[Choice], list[Choice], list[Choice]]:
    info = registry.get(platform)
    types = [Choice("", "All kinds"), *(Choice(name, name.capitalize()) for name in info.content_types)]
    newest = [Choice("", "All files" if platform == "web" else "All")]
    newest += [Choice(str(n), f"Newest {n}") for n in NEWEST_CHOICES]
    try:
        ready = registry.downloaders_for(platform)
    except ApiError:
        ready = []
    names = [Choice("", "Best downloader")]
    names += [Choice(one.name, downloader_label(platform, one.name)) for one in ready]
    return types, newest, names if len(ready) > 1 else []


def read_line(text: str) -> PastedLink:
    """What one pasted line is."""
    written = f"https://{text}" if _BARE_HOST.match(text) and "://" not in text else text
    try:
        url = normalise_url(written)
        refuse_private_literal(url)
        seen = registry.recognise(url)
    except MediaError as error:
        suggestion = _suggestion(text)
        cause = "Not a link yet." if suggestion or "://" not in text else error.detail
        return PastedLink(_key(text), text, name=text, error=cause, suggestion=suggestion)
    except UnknownPlatformError as error:
        return PastedLink(_key(text), text, name=text, error=str(error))
    known = known_of(seen.platform, seen.source)
    types, newest, downloaders = _picks(seen.platform)
    words = request_words(platform=seen.platform, source=seen.source, url=url, content_type="", downloader="", title="")
    return PastedLink(
        key=_key(text),
        text=text,
        url=url,
        name=words.name,
        what=seen.label or platform_label(seen.platform),
        platform=seen.platform,
        icon=platform_icon(seen.platform),
        picture=thumbnail_url(known.newest_id) if known.newest_id else "",
        files=known.files,
        last_seen=known.last_seen,
        content_types=types,
        content_type=seen.content_type,
        newest=newest,
        downloaders=downloaders,
    )
