"""Where new files go below the download folder: the setting ``general.path_template``.

Each value becomes one safe part of a path before it is put in, so no value can lead elsewhere; a
template itself is refused if files could meet at one path, or leave the folder.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from downloads.naming import moment_in_range, safe_part, safe_text

DEFAULT_TEMPLATE = "{collection}/{source}/{source}_{date}_{time}_{media_id}"
PLACEHOLDERS = (
    "collection", "platform", "downloader", "source", "content_type", "media_id",
    "date", "time", "year", "month", "day",
)  # fmt: skip
MAX_FOLDERS = 6
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')
_EXAMPLE_TIME = datetime(2025, 10, 12, 14, 15, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file's folders and the stem of its name; ``whole`` is what the stem would be if nothing was made safe."""

    parents: tuple[str, ...]
    stem: str
    whole: str


def template_problem(template: str) -> str | None:
    """Why ``template`` cannot be used, as one sentence, or None."""
    parts = template.split("/")
    names = _PLACEHOLDER.findall(template)
    if unknown := next((name for name in names if name not in PLACEHOLDERS), None):
        return f"There is no {{{unknown}}}; known are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}."
    rest = _PLACEHOLDER.sub("", template)
    problem = None
    if "{" in rest or "}" in rest:
        problem = "A brace is not closed."
    elif _FORBIDDEN.search(rest):
        problem = 'It must not have any of \\ : * ? " < > | or control characters.'
    elif any(not part.strip() or part.strip() in {".", ".."} for part in parts):
        problem = "It must not begin or end with a slash, have empty parts, or lead upwards."
    elif any(part.startswith((".", " ")) for part in parts):
        problem = "No part may begin with a dot or a space."
    elif len(parts) > MAX_FOLDERS + 1:
        problem = f"At most {MAX_FOLDERS} folders."
    elif "{media_id}" not in parts[-1]:
        problem = "The last part needs {media_id}, or different files would have the same name."
    elif not {"collection", "platform"} & set(names):
        problem = "It needs {collection} or {platform}, or files of different sites could have the same name."
    return problem


def place_of(template: str, values: Mapping[str, str], moment: datetime) -> FilePlace:
    """The place of one file; ``values`` are the texts of the placeholders that are no dates."""
    *folders, name = template.split("/")
    dates = _dates(moment)
    safe = {key: safe_part(value) for key, value in values.items()} | dates
    # As the name is made safe and cut in whole, a long id is not cut before.
    in_name = safe | {"media_id": safe_text(values["media_id"])}
    parents = tuple(safe_part(_filled(folder, safe)) for folder in folders)
    return FilePlace(parents, _filled(name, in_name), _filled(name, {**values, **dates}))


def preview(template: str) -> str:
    """Where an example would go.

    Raises:
        ValueError: the template cannot be used; the text says why.
    """
    if problem := template_problem(template):
        raise ValueError(problem)
    values = {
        "collection": "fastdl", "platform": "instagram", "downloader": "fastdl", "source": "evalongoria",
        "content_type": "post", "media_id": "123456789",
    }  # fmt: skip
    place = place_of(template, values, _EXAMPLE_TIME)
    return "/".join((*place.parents, f"{safe_part(place.stem)}.jpg"))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _dates(moment: datetime) -> dict[str, str]:
    utc = moment_in_range(moment).astimezone(UTC)
    year, month, day = f"{utc.year:04d}", f"{utc.month:02d}", f"{utc.day:02d}"
    time = f"{utc.hour:02d}{utc.minute:02d}{utc.second:02d}"
    return {"date": f"{year}{month}{day}", "time": time, "year": year, "month": month, "day": day}
