"""What only grows is trimmed without a person."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ, Task

from mediadl import clock
from mediadl.databases import cluster_name
from mediadl.environment import read_environment
from mediadl.operations.broker import forget_failed_tasks, forget_old_tasks, forget_taken_tasks

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_tasks_that_a_dead_cluster_took_are_forgotten_and_waiting_ones_kept():
    now = clock.now()
    OrmQ.objects.create(key="mediadl", payload="taken", lock=now + timedelta(hours=20))
    OrmQ.objects.create(key="mediadl", payload="waiting", lock=now - timedelta(seconds=1))
    OrmQ.objects.create(key="another host's", payload="taken there", lock=now + timedelta(hours=20))
    assert forget_taken_tasks() == 1
    assert set(OrmQ.objects.values_list("payload", flat=True)) == {"waiting", "taken there"}


def test_tasks_for_a_host_that_is_gone_do_not_pile_up():
    now = clock.now()
    OrmQ.objects.create(key="gone", payload="old", lock=now - timedelta(days=2))
    OrmQ.objects.create(key="mediadl", payload="waiting", lock=now - timedelta(minutes=5))
    assert forget_old_tasks() == 1
    assert OrmQ.objects.get().payload == "waiting"


def test_clusters_that_share_a_database_take_only_their_own_tasks():
    shared = {"MEDIADL_DATABASE_URL": "postgresql://u:p@db/x"}
    names = {cluster_name(read_environment({**shared, "MEDIADL_DATA_DIR": folder})) for folder in ("/a", "/b")}
    assert len(names) == 2
    assert cluster_name(read_environment({"MEDIADL_DATA_DIR": "/a"})) == "mediadl"


def test_the_brokers_own_records_of_failures_do_not_pile_up():
    now = clock.now()
    Task.objects.create(id="a", name="a", func="x", started=now, stopped=now, success=False)
    assert forget_failed_tasks() == 1
    assert not Task.objects.exists()
