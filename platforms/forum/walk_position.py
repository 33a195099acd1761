"""A place in a thread as JSON: where an interrupted listing stopped, what the last check saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AFTER = "after_post"
"""In a request's metadata: the newest post that an earlier check saw (:class:`Position`), or None.

With it a thread that has nothing new, or no media at all, is no failure.
"""


def whole_number(value: object) -> int:
    """A positive whole number; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


@dataclass(frozen=True, slots=True)
class Position:
    """A post and the page it stands on."""

    post_id: str
    page: int

    @classmethod
    def read(cls, value: object) -> "Position | None":
        """A position from JSON; None where it is none."""
        if not isinstance(value, Mapping):
            return None
        post, page = value.get("post"), whole_number(value.get("page"))
        return cls(str(post), page) if isinstance(post, str | int) and page else None

    def to_json(self) -> dict[str, Any]:
        """The position as JSON."""
        return {"post": self.post_id, "page": self.page}
