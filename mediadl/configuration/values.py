"""Whether a JSON value fits a leaf: types are exact, nothing is coerced."""

import math
from typing import Any

from mediadl.configuration.registry import Kind, Leaf

MAX_TEXT_LENGTH = 2000
MAX_LIST_LENGTH = 200


def _range_problem(leaf: Leaf, value: float) -> str | None:
    if (leaf.low is not None and value < leaf.low) or (leaf.high is not None and value > leaf.high):
        return (
            f"Must be from {leaf.low:g} to {leaf.high:g}."
            if leaf.high is not None
            else f"Must be at least {leaf.low:g}."
        )
    return None


def _text_problem(leaf: Leaf, value: Any) -> str | None:
    if not isinstance(value, str):
        return "Must be text."
    if len(value) > (leaf.high or MAX_TEXT_LENGTH):
        return f"Must be at most {leaf.high or MAX_TEXT_LENGTH:g} characters."
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        return "Must not contain control characters."
    return None


def _choice_problem(leaf: Leaf, value: Any) -> str | None:
    if not isinstance(value, str) or value not in leaf.choices:
        return f"Must be one of: {', '.join(leaf.choices)}."
    return None


def _list_problem(leaf: Leaf, value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > MAX_LIST_LENGTH:
        return f"Must be a list of at most {MAX_LIST_LENGTH} texts."
    for entry in value:
        problem = _choice_problem(leaf, entry) if leaf.choices else _text_problem(leaf, entry)
        if problem:
            return problem
    return None


def _number_problem(leaf: Leaf, value: Any) -> str | None:
    whole_wanted = leaf.kind is Kind.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole_wanted else int | float):
        return "Must be a whole number." if whole_wanted else "Must be a number."
    if isinstance(value, float) and not math.isfinite(value):
        return "Must be a number."
    return _range_problem(leaf, value)


def problem_with(leaf: Leaf, value: Any) -> str | None:
    """What is wrong with ``value`` for ``leaf``, as one sentence, or None."""
    problem: str | None
    match leaf.kind:
        case Kind.BOOLEAN:
            problem = None if isinstance(value, bool) else "Must be true or false."
        case Kind.INTEGER | Kind.NUMBER:
            problem = _number_problem(leaf, value)
        case Kind.TEXT | Kind.SECRET:
            problem = _text_problem(leaf, value)
        case Kind.CHOICE:
            problem = _choice_problem(leaf, value)
        case Kind.TEXT_LIST:
            problem = _list_problem(leaf, value)
    if problem is None and leaf.check is not None:
        return leaf.check(value)
    return problem
