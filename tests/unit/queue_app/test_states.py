"""The truth table, cell by cell: what is not listed here is refused."""

import pytest

from queue_app.states import ACTIVE, ENDED, LIST_RANK, Action, InvalidTransitionError, Status, target

ALLOWED = {
    (Status.PENDING, Action.CLAIM): Status.DOWNLOADING,
    (Status.PENDING, Action.PAUSE): Status.PAUSED,
    (Status.PENDING, Action.RESUME): Status.PENDING,
    (Status.PENDING, Action.CANCEL): Status.CANCELLED,
    (Status.DOWNLOADING, Action.RELEASE): Status.PENDING,
    (Status.DOWNLOADING, Action.COMPLETE): Status.COMPLETED,
    (Status.DOWNLOADING, Action.FAIL): Status.FAILED,
    (Status.DOWNLOADING, Action.PAUSE): Status.PAUSED,
    (Status.DOWNLOADING, Action.CANCEL): Status.CANCELLED,
    (Status.PAUSED, Action.PAUSE): Status.PAUSED,
    (Status.PAUSED, Action.RESUME): Status.PENDING,
    (Status.PAUSED, Action.CANCEL): Status.CANCELLED,
    (Status.FAILED, Action.RETRY): Status.PENDING,
    (Status.CANCELLED, Action.RETRY): Status.PENDING,
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_cell_of_the_table(status: Status, action: Action) -> None:
    if (status, action) in ALLOWED:
        assert target(status, action) is ALLOWED[status, action]
    else:
        with pytest.raises(InvalidTransitionError, match=f"{status}.*{action}"):
            target(status, action)


def test_every_status_is_active_or_ended_and_has_a_place_in_the_list() -> None:
    assert set(ACTIVE) | set(ENDED) == set(Status)
    assert not set(ACTIVE) & set(ENDED)
    assert set(LIST_RANK) == set(Status)
