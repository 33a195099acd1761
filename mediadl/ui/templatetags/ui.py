"""What templates say in one word: assets, icons, bars, times, sizes."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mediadl import clock
from mediadl.ui import links, words
from mediadl.ui.static_files import asset_url

register = template.Library()
SPRITE = "build/icons.svg"

register.filter("number", words.number)
register.filter("size", words.size)
register.filter("duration", words.duration)
register.filter("about", words.about)
register.filter("clip_length", words.clip_length)
register.filter("address_words", words.address_words)
register.filter("thumbnail_url", links.thumbnail_url)
register.filter("file_url", links.file_url)
register.filter("web_link", links.web_link)


@register.simple_tag
def asset(name: str) -> str:
    """The versioned URL of an asset."""
    return asset_url(name)


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: words always stand beside it or label it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, asset_url(SPRITE), name
    )


@register.simple_tag
def mark(name: str) -> SafeString:
    """One of our status marks (``running``, ``waiting``, ``done``, ``failed``, ...)."""
    return format_html(
        '<svg class="mark {}" aria-hidden="true"><use href="{}#mark-{}"/></svg>', name, asset_url(SPRITE), name
    )


@register.simple_tag
def bar(percent: float, kind: str = "", label: str = "") -> SafeString:
    """A progress bar; its width is an SVG attribute, since the page's policy allows no inline style."""
    value = max(0, min(100, round(percent)))
    return format_html(
        '<span class="bar {}" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}"'
        ' aria-label="{}"><svg aria-hidden="true"><rect width="{}%" height="100%"/></svg></span>',
        kind,
        value,
        label or "Progress",
        value,
    )


@register.simple_tag
def ago(moment: datetime | str | None, style: str = "ago") -> SafeString | str:
    """A time as a ``<time>``: relative now, kept so by the page, exact on hover in the browser's zone."""
    if not moment:
        return ""
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    when = when.astimezone(UTC)
    shown = words.ago(when, clock.now()) if style == "ago" else f"{when:%H:%M}"
    return format_html(
        '<time datetime="{}" data-time="{}" title="{} UTC">{}</time>',
        clock.isoformat_seconds(when),
        style,
        f"{when:%Y-%m-%d %H:%M:%S}",
        shown,
    )


@register.simple_tag
def cut_name(name: str, tail: int = 9) -> SafeString:
    """A name that is cut in its middle when there is no room for it."""
    start, end = words.name_parts(name, tail)
    return format_html('<bdi class="name" title="{}"><span>{}</span><span>{}</span></bdi>', name, start, end)


@register.filter
def times(value: int) -> range:
    """A range to loop over."""
    return range(value)


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """The value of ``key``, or None."""
    return mapping.get(key)


@register.simple_tag
def js_module(name: str) -> str:
    """The versioned URL of one of our JavaScript modules."""
    return asset_url(f"js/{name}.js")


@register.filter
def times_six(value: int) -> int:
    """Where the tick with this number stands: ticks are six pixels apart."""
    return value * 6


@register.filter
def from_hundred(value: int) -> int:
    """What is missing to a hundred percent."""
    return 100 - value
