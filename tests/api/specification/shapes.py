"""Compares an answer with an example: names and JSON types, not values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIMES = {"a time in seconds": _SECONDS, "a time in milliseconds": _MILLISECONDS, "a day": _DAY}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may differ from the example, each by the place in the answer (``items[].metadata``).

    Attributes:
        added: names that every object there has besides the example's.
        keyed: places where names are data (``by_source``), all values of one form.
        free: places where any object may stand.
        open: places where the example's names must be there and any others may be.
        null_or: the kind that may stand in place of an example's null, and null in place of such a kind.
    """

    added: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keyed: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    null_or: Mapping[str, str] = field(default_factory=dict)


EXACTLY = Allowance()


def differences(example: Any, answer: Any, allowed: Allowance = EXACTLY, place: str = "") -> Iterator[str]:
    """Each way in which ``answer`` is not of the form of ``example``, as a sentence."""
    expected, found = kind_of(example), kind_of(answer)
    if place in allowed.null_or and found in {"null", allowed.null_or[place]}:
        return
    if expected == "a number" and found == "a whole number":
        found = expected  # JSON has one kind of number: 99.0 may be written 99
    if expected != found:
        yield f"{place or 'the answer'} should be {expected}, as {example!r}, and is {found}: {answer!r}"
    elif isinstance(example, dict) and place not in allowed.free:
        yield from _object_differences(example, answer, allowed, place)
    elif isinstance(example, list) and example:
        if not answer:
            yield f"{place or 'the answer'} is empty, so nothing of it was compared"
        pattern = _merged(example)
        for element in answer:
            yield from differences(pattern, element, allowed, f"{place}[]")


def kind_of(value: Any) -> str:
    """The JSON type of a value, and for texts that are times their precision."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return next((name for name, form in _TIMES.items() if form.fullmatch(value)), "text")
        case list():
            return "a list"
    return "an object"


def _object_differences(
    example: dict[str, Any], answer: dict[str, Any], allowed: Allowance, place: str
) -> Iterator[str]:
    if place in allowed.keyed:
        pattern = _merged(list(example.values()))
        for value in answer.values():
            yield from differences(pattern, value, allowed, f"{place}.*")
        return
    where = place or "the answer"
    added = allowed.added.get(place, frozenset())
    if missing := sorted((example.keys() | added) - answer.keys()):
        yield f"{where} lacks {', '.join(missing)}"
    if place not in allowed.open and (extra := sorted(answer.keys() - example.keys() - added)):
        yield f"{where} has {', '.join(extra)}, which the specification does not know"
    for name in example.keys() & answer.keys():
        yield from differences(example[name], answer[name], allowed, f"{place}.{name}".removeprefix("."))


def _merged(examples: list[Any]) -> Any:
    """One pattern for all elements of a list; an example may leave out what an earlier one showed."""
    if not all(isinstance(example, dict) for example in examples):
        return examples[0]
    merged: dict[str, Any] = {}
    for example in reversed(examples):
        merged |= example
    return merged
