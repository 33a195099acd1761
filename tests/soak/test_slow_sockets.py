"""What clients that never read cost the web process: measured over several of them."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from mediadl.events.services import Event
from tests.soak.measuring import Figures
from tests.unit.events.conftest import Person, happen, server, server_data, sign_in
from tests.unit.events.sockets import listen, receive
from tests.unit.web.server_process import ServerProcess

__all__ = ["happen", "server", "server_data", "sign_in"]
pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 16
PEOPLE = 2  # a person has ten sockets at most
EVENTS = 120
EVENT_BYTES = 100_000
MIB = 1024 * 1024


def test_a_client_that_never_reads_costs_at_most_one_mebibyte(
    server: ServerProcess, sign_in: Callable[..., Person], happen: Callable[..., None], figures: Figures
):
    """Twelve megabytes are sent to each: far more than the kernel's buffers and ours together hold."""
    people, quick_person = [sign_in(f"stuck{number}") for number in range(PEOPLE)], sign_in("quick")
    with listen(server, f"?token={quick_person.token}") as quick, ExitStack() as stack:
        # The same load without them; twice, since what Python keeps after the first is not theirs.
        before = max(_peak(server, happen, quick), _peak(server, happen, quick))
        for client in range(CLIENTS):
            token = people[client % PEOPLE].token
            stack.enter_context(listen(server, f"?token={token}", max_queue=1, compression=None))
        highest = _peak(server, happen, quick)
    each = (highest - before) / CLIENTS
    figures.add(
        "Clients that never read",
        f"{CLIENTS}, {EVENTS * EVENT_BYTES / MIB:.0f} MiB to each",
        f"{each / MIB:.2f} MiB each",
    )
    assert each <= MIB


def _peak(server: ServerProcess, happen: Callable[..., None], quick: object) -> int:
    """The most memory that the process has while all events go out."""
    highest = 0
    for _round in range(EVENTS // 10):
        _tell(happen, quick, 10)
        highest = max(highest, server.resident_bytes())
        time.sleep(0.05)
    return highest


def _tell(happen: Callable[..., None], quick: object, count: int) -> None:
    """So many large events; the quick client has them all before the next."""
    happen(*[Event("queue_updated", {"text": "x" * EVENT_BYTES})] * (count - 1), Event("queue_updated", {"last": True}))
    while "last" not in receive(quick, 30)["data"]:  # type: ignore[arg-type]
        pass
