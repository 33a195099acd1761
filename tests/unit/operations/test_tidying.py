"""What only grows is trimmed without a person."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ, Task

from mediadl import clock
from mediadl.operations.broker import forget_failed_tasks, forget_taken_tasks

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_tasks_that_a_dead_cluster_took_are_forgotten_and_waiting_ones_kept():
    now = clock.now()
    OrmQ.objects.create(key="mediadl", payload="taken", lock=now + timedelta(hours=20))
    OrmQ.objects.create(key="mediadl", payload="waiting", lock=now - timedelta(seconds=1))
    assert forget_taken_tasks() == 1
    assert OrmQ.objects.get().payload == "waiting"


def test_the_brokers_own_records_of_failures_do_not_pile_up():
    now = clock.now()
    Task.objects.create(id="a", name="a", func="x", started=now, stopped=now, success=False)
    assert forget_failed_tasks() == 1
    assert not Task.objects.exists()
