"""Query parameters, declared once: read strictly at run time, shown in the schema.

``PARAMETERS = (integer("page", low=1, default=1), text("source"))``, then
``values = read_query(request, PARAMETERS)`` in the view and
``@extend_schema(parameters=openapi_parameters(PARAMETERS))`` above it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter

from mediadl.api.errors import InvalidFieldsError
from mediadl.api.limits import INTEGER_LIMIT

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
TEXT_CHARACTERS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: ``parse`` turns its text into a value or raises ``ValueError`` with the reason."""

    name: str
    parse: Callable[[str], Any]
    schema: dict[str, Any]
    description: str = ""
    default: Any = None
    required: bool = field(default=False)


def integer(
    name: str, *, low: int = 1, high: int = INTEGER_LIMIT, default: int | None = None, description: str = ""
) -> Parameter:
    """A whole number within ``low``..``high``."""

    def parse(raw: str) -> int:
        if not _WHOLE_NUMBER.fullmatch(raw):
            raise ValueError("Must be a whole number.")
        value = int(raw)
        if not low <= value <= high:
            raise ValueError(f"Must be {low} or more." if high == INTEGER_LIMIT else f"Must be {low} to {high}.")
        return value

    schema: dict[str, Any] = {"type": "integer", "minimum": low, "maximum": high}
    if default is not None:
        schema["default"] = default
    return Parameter(name, parse, schema, description, default)


def text(name: str, *, high: int = TEXT_CHARACTERS_LIMIT, description: str = "") -> Parameter:
    """Text of at most ``high`` characters; left out or empty means no filter."""

    def parse(raw: str) -> str | None:
        if len(raw) > high:
            raise ValueError(f"Must be at most {high} characters.")
        if not is_clean_text(raw):
            raise ValueError("NUL characters and lone surrogates are not allowed.")
        return raw or None

    return Parameter(name, parse, {"type": "string", "maxLength": high}, description)


def choice(name: str, values: Iterable[str], *, default: str | None = None, description: str = "") -> Parameter:
    """One of ``values``."""
    known = list(values)

    def parse(raw: str) -> str:
        if raw not in known:
            raise ValueError(f"Must be one of: {', '.join(known)}.")
        return raw

    schema: dict[str, Any] = {"type": "string", "enum": known}
    if default is not None:
        schema["default"] = default
    return Parameter(name, parse, schema, description, default)


def boolean(name: str, *, default: bool | None = None, description: str = "") -> Parameter:
    """``true`` or ``false``."""

    def parse(raw: str) -> bool:
        try:
            return _BOOLEANS[raw.lower()]
        except KeyError:
            raise ValueError("Must be true or false.") from None

    schema: dict[str, Any] = {"type": "boolean"}
    if default is not None:
        schema["default"] = default
    return Parameter(name, parse, schema, description, default)


def day(name: str, *, description: str = "") -> Parameter:
    """A date, ``YYYY-MM-DD``."""

    def parse(raw: str) -> date:
        if not _DAY.fullmatch(raw):
            raise ValueError("Must be a date such as 2025-10-13.")
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise ValueError("Must be a date that exists.") from None

    return Parameter(name, parse, {"type": "string", "format": "date"}, description)


def moment(name: str, *, description: str = "") -> Parameter:
    """A time in ISO 8601; without an offset it is UTC."""

    def parse(raw: str) -> datetime:
        try:
            # An unescaped "+" in a query is a space.
            value = parse_datetime(re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", raw))
        except (ValueError, OverflowError):
            value = None
        if value is None:
            raise ValueError("Must be a time such as 2025-10-13T15:45:00Z.")
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:
            raise ValueError("Must be a time between the years 1 and 9999.") from None

    return Parameter(name, parse, {"type": "string", "format": "date-time"}, description)


def is_clean_text(raw: str) -> bool:
    """Whether a database can hold ``raw``: no NUL, no lone surrogate."""
    if "\0" in raw:
        return False
    try:
        raw.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_query(request: Any, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Every declared parameter's value, defaults included.

    Raises:
        InvalidFieldsError: an unknown parameter, one given twice, or a wrong value.
    """
    given = request.GET
    values = {parameter.name: parameter.default for parameter in parameters}
    problems: dict[str, list[str]] = {}
    if given:
        known = {parameter.name: parameter for parameter in parameters}
        for name, texts in given.lists():
            problem = _read_one(name, texts, known, values)
            if problem:
                problems[name if is_clean_text(name) else "query"] = [problem]
    for parameter in parameters:
        if parameter.required and parameter.name not in given:
            problems[parameter.name] = ["This parameter is required."]
    if problems:
        raise InvalidFieldsError(problems)
    return values


def _read_one(name: str, texts: list[str], known: dict[str, Parameter], values: dict[str, Any]) -> str:
    if name not in known:
        return "Unknown parameter."
    if len(texts) > 1:
        return "Given more than once."
    try:
        values[name] = known[name].parse(texts[0])
    except ValueError as error:
        return str(error)
    return ""


def refuse_date_order(values: dict[str, Any], first: str = "date_from", last: str = "date_to") -> None:
    """Refuse a range that ends before it begins.

    Raises:
        InvalidFieldsError: ``first`` is after ``last``.
    """
    if values[first] is not None and values[last] is not None and values[first] > values[last]:
        raise InvalidFieldsError({first: [f"Must not be after {last}."]})


def openapi_parameters(parameters: Sequence[Parameter]) -> list[OpenApiParameter]:
    """The declared parameters for drf-spectacular's ``extend_schema``."""
    return [
        OpenApiParameter(
            name=parameter.name, type=parameter.schema, required=parameter.required, description=parameter.description
        )
        for parameter in parameters
    ]
