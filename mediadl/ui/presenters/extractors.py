"""How old the programs are that read sites: they age fast, since sites change."""

import re
from dataclasses import dataclass
from datetime import date

from mediadl import clock
from mediadl.ui.words import count
from platforms.extractors.environment import versions
from platforms.extractors.updates import is_running, last_update

_OLD_DAYS = 60
_DATED = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Extractor:
    """A program, its version, and its age where the version tells it."""

    name: str
    version: str
    age: str
    is_old: bool


def _day_of(text: str) -> date | None:
    match = _DATED.match(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def extractors() -> list[Extractor]:
    """The installed programs."""
    found = []
    for name, installed in versions().items():
        if not installed:
            found.append(Extractor(name, "", "not installed", is_old=True))
            continue
        day = _day_of(installed)
        days = (clock.now().date() - day).days if day else 0
        age = f"{count(max(0, days), 'day')} old" if day else ""
        found.append(Extractor(name, installed, age, is_old=days > _OLD_DAYS))
    return found


def update_note() -> str:
    """What there is to say of the last update, or of the one that runs."""
    if is_running():
        return "They are being updated."
    last = last_update()
    return f"The last update failed: {last.error}" if last and last.error else ""
