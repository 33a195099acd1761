"""The queue item's states and every change between them: the one truth table.

Rows are states, cells the states that an action leads to; an action without a cell is refused.
Every change of a status in the product goes through :func:`target`.
"""

from enum import StrEnum


class Status(StrEnum):
    """Where a queue item is (spec: api-decisions, Queue)."""

    PENDING = "pending"
    DOWNLOADING = "downloading"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What a person, the engine or the reaper does to an item."""

    CLAIM = "claim"  # a worker takes it
    RELEASE = "release"  # handed back: clean stop, lease expired, waits for a retry, a budget, a disk
    COMPLETE = "complete"
    FAIL = "fail"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


ACTIVE = (Status.PENDING, Status.DOWNLOADING, Status.PAUSED)
ENDED = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)

TRANSITIONS: dict[Status, dict[Action, Status]] = {
    Status.PENDING: {
        Action.CLAIM: Status.DOWNLOADING,
        Action.PAUSE: Status.PAUSED,
        Action.RESUME: Status.PENDING,
        Action.CANCEL: Status.CANCELLED,
    },
    Status.DOWNLOADING: {
        Action.RELEASE: Status.PENDING,
        Action.COMPLETE: Status.COMPLETED,
        Action.FAIL: Status.FAILED,
        Action.PAUSE: Status.PAUSED,
        Action.CANCEL: Status.CANCELLED,
    },
    Status.PAUSED: {
        Action.PAUSE: Status.PAUSED,
        Action.RESUME: Status.PENDING,
        Action.CANCEL: Status.CANCELLED,
    },
    Status.COMPLETED: {},
    Status.FAILED: {Action.RETRY: Status.PENDING},
    Status.CANCELLED: {Action.RETRY: Status.PENDING},
}

# The order of the list: running, then waiting as they will start, paused, then ended ones newest first.
LIST_RANK: dict[Status, int] = {
    Status.DOWNLOADING: 0,
    Status.PENDING: 1,
    Status.PAUSED: 2,
    Status.COMPLETED: 3,
    Status.FAILED: 3,
    Status.CANCELLED: 3,
}


class InvalidTransitionError(Exception):
    """The item's status does not allow this action."""

    def __init__(self, status: Status, action: Action) -> None:
        super().__init__(f"An item that is {status} cannot take the action {action}.")
        self.status = status
        self.action = action


def target(status: Status, action: Action) -> Status:
    """The status that ``action`` leads to from ``status``.

    Raises:
        InvalidTransitionError: the table has no such cell.
    """
    try:
        return TRANSITIONS[status][action]
    except KeyError:
        raise InvalidTransitionError(status, action) from None
