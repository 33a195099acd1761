"""What the texts of ``general`` must look like."""

import re

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d\s*-\s*([01]\d|2[0-3]):[0-5]\d")


def quiet_hours_problem(text: str) -> str | None:
    """Why these are no quiet hours, or None."""
    if not text:
        return None
    if not _HOURS.fullmatch(text):
        return "Must be two times such as 23:00-07:00, or empty."
    begin, _dash, end = text.partition("-")
    return "Begin and end must differ." if begin.strip() == end.strip() else None
