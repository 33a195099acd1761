"""The settings tree as a JSON schema, for the OpenAPI document: types, ranges and defaults of every leaf."""

from typing import Any

from mediadl.configuration.registry import Kind, Leaf, leaves
from mediadl.configuration.values import MAX_LIST_LENGTH, MAX_TEXT_LENGTH

_PRINTABLE = "^[^\\u0000-\\u001F\\u007F]*$"


def tree_schema(*, is_change: bool) -> dict[str, Any]:
    """The schema of the whole tree; of a change (``is_change``) it is closed: unknown settings are refused."""
    root: dict[str, Any] = {"type": "object", "properties": {}}
    for leaf in leaves():
        branch = root
        *parents, name = leaf.path.split(".")
        for parent in parents:
            branch = branch["properties"].setdefault(parent, {"type": "object", "properties": {}})
        branch["properties"][name] = leaf_schema(leaf)
    if is_change:
        _close(root)
    return root


def leaf_schema(leaf: Leaf) -> dict[str, Any]:
    """One leaf."""
    schema = _type_of(leaf)
    if not callable(leaf.default) and leaf.kind is not Kind.SECRET:
        schema["default"] = leaf.default
    description = f"{leaf.label}. {leaf.help}".strip()
    return {**schema, "description": description}


def _type_of(leaf: Leaf) -> dict[str, Any]:
    match leaf.kind:
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.INTEGER | Kind.NUMBER:
            bounds = {"minimum": leaf.low, "maximum": leaf.high}
            return {"type": leaf.kind.value, **{name: bound for name, bound in bounds.items() if bound is not None}}
        case Kind.CHOICE:
            return {"type": "string", "enum": list(leaf.choices)}
        case Kind.TEXT_LIST:
            entry = {"type": "string", "enum": list(leaf.choices)} if leaf.choices else _text(leaf)
            return {"type": "array", "items": entry, "maxItems": MAX_LIST_LENGTH}
    return _text(leaf)


def _text(leaf: Leaf) -> dict[str, Any]:
    return {"type": "string", "maxLength": int(leaf.high or MAX_TEXT_LENGTH), "pattern": _PRINTABLE}


def _close(branch: dict[str, Any]) -> None:
    if "properties" in branch:
        branch["additionalProperties"] = False
        for below in branch["properties"].values():
            _close(below)
