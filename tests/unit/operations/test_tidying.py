"""What only grows is trimmed without a person."""

from datetime import timedelta
from pathlib import Path

import pytest
from django_q.models import OrmQ, Task

from mediadl import clock
from mediadl.configuration.services import change
from mediadl.logs.models import LogRow
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import insert_rows
from mediadl.operations.broker import forget_failed_tasks, forget_taken_tasks
from mediadl.operations.tidying import trim_logs

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def _line(days_ago: int) -> LogRecord:
    return LogRecord(clock.now() - timedelta(days=days_ago), "INFO", "Web", f"{days_ago} days ago", {})


def test_log_lines_go_after_the_days_that_the_setting_says(tmp_path: Path, settings):
    settings.LOGS_DIR = tmp_path
    insert_rows([_line(0), _line(5), _line(10), _line(40)])
    trim_logs()  # 30 days by default
    assert LogRow.objects.count() == 3
    change({"logs": {"keep_days": 7}}, user=None)
    trim_logs()
    assert sorted(LogRow.objects.values_list("message", flat=True)) == ["0 days ago", "5 days ago"]


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
