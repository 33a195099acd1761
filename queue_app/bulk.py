"""One change for many items, each for itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mediadl.api.errors import ApiError


@dataclass(frozen=True, slots=True)
class BulkError:
    """Why one item was not changed."""

    id: int
    error_code: str
    detail: str


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many items were changed, and what hindered the others."""

    done: int
    errors: list[BulkError] = field(default_factory=list)


def run_bulk(change: Callable[[int], object], ids: Sequence[int]) -> BulkResult:
    """Apply ``change`` to each id, each in a transaction of its own so that others get their turn."""
    done = 0
    errors: list[BulkError] = []
    for item_id in dict.fromkeys(ids):
        try:
            change(item_id)
        except ApiError as error:
            errors.append(BulkError(item_id, error.code.value, error.detail))
        else:
            done += 1
    return BulkResult(done, errors)
