"""The typed settings tree: every leaf is registered once, by the room that obeys it.

The tree knows no platform: an app registers its leaves when the process starts
(``AppConfig.ready``). A leaf's path is dotted, ``platforms.instagram.fastdl.enabled``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a leaf holds."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - a kind: text that is encrypted at rest and reads as "***"
    TEXT_LIST = "text_list"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One setting.

    Attributes:
        path: dotted, as in the API's JSON.
        kind: the type of its value.
        default: the value while nobody has set one; called each time where it is callable.
        label: a few words for the form.
        help: a sentence: what it does, in which unit.
        low, high: inclusive range of a number, or of a text's length.
        choices: the values allowed with ``CHOICE``, or for each entry of a ``TEXT_LIST`` if given.
        words: what the form calls each choice; the choice itself where it is left out.
        check: says what is wrong with a value of the right type, or None.
    """

    path: str
    kind: Kind
    default: Any
    label: str
    help: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[Any], str | None] | None = None

    def default_value(self) -> Any:
        """The default, computed where it depends on the installation."""
        return self.default() if callable(self.default) else self.default


_leaves: dict[str, Leaf] = {}


def register(*leaves: Leaf) -> None:
    """Add leaves to the tree.

    Raises:
        ValueError: a path is taken, or would be both a leaf and a branch.
    """
    for leaf in leaves:
        if leaf.path in _leaves:
            raise ValueError(f"the setting {leaf.path} is registered twice")
        for other in _leaves:
            if other.startswith(f"{leaf.path}.") or leaf.path.startswith(f"{other}."):
                raise ValueError(f"{leaf.path} and {other} cannot both be settings")
        _leaves[leaf.path] = leaf


def leaf(path: str) -> Leaf:
    """The leaf at ``path``.

    Raises:
        KeyError: there is none.
    """
    return _leaves[path]


def leaves() -> tuple[Leaf, ...]:
    """All leaves in the order of their registration, which is the order of the tree."""
    return tuple(_leaves.values())


def is_branch(path: str) -> bool:
    """Whether some leaf lies below ``path``."""
    return any(known.startswith(f"{path}.") for known in _leaves)
