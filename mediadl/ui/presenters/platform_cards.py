"""The platforms as the dashboard lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.ui.presenters.platform_words import platform_icon
from mediadl.ui.selectors.health import PlatformHealth
from mediadl.ui.words import number

_WORDS = {
    "operational": ("Working", "done", "done"),
    "degraded": ("Degraded", "warn", "warning"),
    "down": ("Down", "failed", "failed"),
    "disabled": ("Off", "off", "off"),
}


@dataclass(frozen=True, slots=True)
class PlatformCard:
    """One line of the panel: name, how it does, and today's figures."""

    name: str
    label: str
    icon: str
    status: str
    tone: str
    mark: str
    stands_out: bool
    today: str
    last_success: datetime | None
    error: str


def platform_cards(health: list[PlatformHealth], today: Mapping[str, Any]) -> list[PlatformCard]:
    """A card for each platform; ``today`` as in the overview."""
    cards = []
    for platform in health:
        words, tone, mark = _WORDS[platform.status]
        n = today.get(platform.name, {}).get("downloads_today", 0)
        cards.append(
            PlatformCard(
                name=platform.name,
                label=platform.label,
                icon=platform_icon(platform.name),
                status=words,
                tone=tone,
                mark=mark,
                stands_out=platform.status in ("degraded", "down"),
                today=f"{number(n)} today" if n else "None today",
                last_success=platform.last_success,
                error=platform.last_error if platform.status in ("degraded", "down") else "",
            )
        )
    return cards
