"""JSON as strict as the database behind it: no surprises in depth, numbers, names or characters.

The standard library's parser, because it can refuse duplicate names and see integers before they
are rounded; bodies are small. A scan for depth comes first: deep nesting would end in a
``RecursionError`` otherwise.
"""

import json
import math
import re
from typing import Any, NoReturn

from mediadl.api.errors import InvalidFieldsError, InvalidJsonError
from mediadl.api.limits import INTEGER_LIMIT, NESTING_LIMIT

_INTEGER_DIGITS_LIMIT = 20  # with the sign; longer ones are out of range whatever they are
# A string is taken whole, so brackets inside it do not count.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= NESTING_LIMIT:
        return
    depth = 0
    for match in _STRUCTURE.finditer(text):
        part = match.group()
        if part in "[{":
            depth += 1
            if depth > NESTING_LIMIT:
                raise InvalidJsonError(f"The request body is nested deeper than {NESTING_LIMIT} levels.")
        elif part in "]}":
            depth -= 1


def _refuse(message: str, name: str = "body") -> NoReturn:
    raise InvalidFieldsError({name: [message]})


def _integer(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS_LIMIT or abs(value := int(digits)) > INTEGER_LIMIT:
        _refuse("An integer is out of range.")
    return value


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse("A number is out of range.")
    return value


def _constant(word: str) -> NoReturn:
    raise InvalidJsonError(f"The request body is not valid JSON ({word} is no number of JSON).")


def _is_clean(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse("Given more than once.", twice if _is_clean(twice) else "body")
    return members


def _check_characters(value: Any, path: str = "") -> None:
    """Refuse NUL and lone surrogates in any string, names included."""
    if isinstance(value, str):
        if not _is_clean(value):
            _refuse("NUL characters and lone surrogates are not allowed.", path or "body")
    elif isinstance(value, dict):
        for name, below in value.items():
            if not _is_clean(name):
                _refuse("A name has a NUL character or a lone surrogate.", path or "body")
            _check_characters(below, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            _check_characters(below, f"{path}.{number}" if path else str(number))


def parse_strictly(body: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises:
        InvalidJsonError: not JSON (NaN and Infinity are not), not UTF-8, or nested too deeply.
        InvalidFieldsError: a number out of range, a name given twice, NUL or a lone surrogate.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJsonError("The request body is not UTF-8.") from None
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise InvalidJsonError(
            f"The request body is not valid JSON (line {error.lineno}, column {error.colno})."
        ) from None
    if "\\u" in text or "\0" in text:  # only an escape can bring in what UTF-8 and JSON refuse themselves
        _check_characters(value)
    return value
