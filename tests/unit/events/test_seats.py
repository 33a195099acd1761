"""A user has at most ten sockets, over all web processes, dead ones not counted."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from mediadl import clock
from mediadl.events import seats
from mediadl.events.models import OpenSocket
from tests.unit.events.conftest import Person

pytestmark = pytest.mark.django_db(transaction=True)


def _seat_of(process: str, person: Person, lease: timedelta = timedelta(seconds=60)) -> None:
    OpenSocket.objects.create(user=person.user, process=process, opened_at=clock.now(), lease_until=clock.now() + lease)


def _host() -> str:
    return seats.this_process().rsplit(":", 2)[0]


def test_ten_seats_and_no_more(sign_in: Callable[..., Person]) -> None:
    user = sign_in().user
    taken = [seats.take_seat(user.pk) for _ in range(10)]
    assert None not in taken
    assert seats.take_seat(user.pk) is None
    assert seats.take_seat(sign_in("bob").user.pk) is not None
    seats.give_back_seat(taken[0] or 0)
    assert seats.take_seat(user.pk) is not None


def test_two_at_the_same_moment_do_not_get_the_last_seat(sign_in: Callable[..., Person]) -> None:
    user = sign_in().user

    def take(_number: int) -> int | None:
        try:
            return seats.take_seat(user.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(16)))
    assert sum(seat is not None for seat in taken) == 10


def test_seats_of_another_living_process_count(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        for _ in range(10):
            _seat_of(f"{_host()}:{other.pid}:abc", person)
        assert seats.take_seat(person.user.pk) is None
        other.kill()
    assert seats.take_seat(person.user.pk) is not None
    assert OpenSocket.objects.count() == 1


def test_seats_of_an_earlier_process_with_our_number_do_not_count(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    pid = seats.this_process().rsplit(":", 2)[1]
    for _ in range(10):
        _seat_of(f"{_host()}:{pid}:older", person)
    assert seats.take_seat(person.user.pk) is not None


def test_seats_of_another_machine_count_until_their_lease_ends(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    for _ in range(10):
        _seat_of("elsewhere:1:abc", person)
    assert seats.take_seat(person.user.pk) is None
    with clock.clock_set_to(lambda: person.session.created_at + timedelta(minutes=5)):
        assert seats.take_seat(person.user.pk) is not None


def test_a_living_process_keeps_its_seats(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    seats.take_seat(person.user.pk)
    later = clock.now() + timedelta(seconds=50)
    with clock.clock_set_to(lambda: later):
        seats.renew_seats()
    assert OpenSocket.objects.get().lease_until == later + seats.LEASE
