"""Platforms as the dashboard and their own page show them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.ui.presenters.error_advice import advice_for
from mediadl.ui.presenters.platform_words import platform_icon
from mediadl.ui.words import TIMES, number
from platforms.selectors import PlatformStatus

_WORDS = {
    PlatformStatus.OPERATIONAL.value: ("Working", "done", "done"),
    PlatformStatus.DEGRADED.value: ("Degraded", "warn", "warning"),
    PlatformStatus.DOWN.value: ("Down", "failed", "failed"),
    PlatformStatus.DISABLED.value: ("Off", "off", "off"),
    PlatformStatus.UNCONFIGURED.value: ("Not set up", "off", "off"),
}
_SIZE = re.compile(r"(\d+)x(\d+)")
_LOW_BUDGET = 0.1  # of an hour's requests left: worth a warning


@dataclass(frozen=True, slots=True)
class Standing:
    """A status as mark and word."""

    word: str
    tone: str
    mark: str
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of an hour's requests; ``percent`` is what was used."""

    limit: int
    remaining: int
    reset: datetime | None
    percent: int
    is_low: bool

    @property
    def is_used_up(self) -> bool:
        """Whether the next request must wait for the next hour."""
        return self.remaining == 0


@dataclass(frozen=True, slots=True)
class DownloaderCard:
    """One way to get a platform's media."""

    name: str
    label: str
    note: str
    hint: str
    standing: Standing
    budget: Budget | None

    @property
    def wants_cookies(self) -> bool:
        """Whether cookies, which can be uploaded on the same page, are what it lacks."""
        return "cookies" in self.hint


@dataclass(frozen=True, slots=True)
class PlatformCard:
    """One platform: name, how it does, today's figures, its downloaders."""

    name: str
    label: str
    icon: str
    enabled: bool
    status: str
    standing: Standing
    today: str
    last_success: datetime | None
    error: str
    error_code: str
    advice: str
    next_attempt: datetime | None
    budget: Budget | None
    downloaders: list[DownloaderCard]


def _standing(status: str) -> Standing:
    word, tone, mark = _WORDS[status]
    return Standing(word, tone, mark, tone in ("warn", "failed"))


def _budget(limit: Mapping[str, Any] | None) -> Budget | None:
    if not limit or not limit["limit"]:
        return None
    used = limit["limit"] - limit["remaining"]
    return Budget(
        limit=limit["limit"],
        remaining=limit["remaining"],
        reset=_moment(limit["reset"]),
        percent=round(100 * used / limit["limit"]),
        is_low=limit["remaining"] <= limit["limit"] * _LOW_BUDGET,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _downloader(row: Mapping[str, Any], platform: str) -> DownloaderCard:
    label, _, note = row["display_name"].partition(" (")
    if label == platform and note == f"{row['name']})":  # the card has the platform's name already
        label, note = row["name"], ""
    budget = _budget(row["rate_limit"])
    return DownloaderCard(
        name=row["name"],
        label=label,
        note=_SIZE.sub(rf"up to \1{TIMES}\2", note.rstrip(")")),
        hint=row["setup_hint"],
        standing=_waiting(row["status"], budget),
        budget=budget,
    )


def _waiting(status: str, budget: Budget | None) -> Standing:
    """A downloader that works, but has used up its hour, waits."""
    if status == PlatformStatus.OPERATIONAL.value and budget is not None and budget.is_used_up:
        return Standing("Waits", "warn", "waiting", stands_out=True)
    return _standing(status)


def error_parts(text: str | None) -> tuple[str, str]:
    """A stored error as its code and its sentence."""
    code, colon, sentence = (text or "").partition(": ")
    return (code, sentence) if colon and code.isupper() else ("", text or "")


def platform_card(row: Mapping[str, Any], today: int) -> PlatformCard:
    """The card of one row of ``platforms.selectors.list_platforms``."""
    code, sentence = error_parts(row["last_error"])
    return PlatformCard(
        name=row["name"],
        label=row["display_name"],
        icon=platform_icon(row["name"]),
        enabled=row["enabled"],
        status=row["status"],
        standing=_standing(row["status"]),
        today=f"{number(today)} today" if today else "None today",
        last_success=_moment(row["last_successful_download"]),
        error=sentence if row["status"] in (PlatformStatus.DEGRADED, PlatformStatus.DOWN) else "",
        error_code=code,
        advice=advice_for(code),
        next_attempt=_moment(row["next_attempt_at"]),
        budget=_budget(row["rate_limit"]),
        downloaders=[_downloader(one, row["display_name"]) for one in row["downloaders"]],
    )


def platform_cards(rows: list[dict[str, Any]], today: Mapping[str, Any]) -> list[PlatformCard]:
    """A card for each platform; ``today`` as in the overview."""
    return [platform_card(row, today.get(row["name"], {}).get("downloads_today", 0)) for row in rows]
