"""The start's work on the database."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from mediadl.environment import EnvironmentProblem
from mediadl.operations.first_start import migrate


@pytest.mark.django_db(databases=["default", "broker"])
def test_tables_of_a_newer_version_are_refused_before_anything_is_changed():
    recorder = MigrationRecorder(connection)
    migrate()
    before = recorder.applied_migrations()
    recorder.record_applied("downloads", "9999_of_next_year")
    recorder.record_unapplied("queue_app", max(name for app, name in before if app == "queue_app"))
    with pytest.raises(EnvironmentProblem, match=r"newer version .*downloads 9999_of_next_year.*nothing was changed"):
        migrate()
    assert len(recorder.applied_migrations()) == len(before)


@pytest.mark.django_db(databases=["default", "broker"])
def test_tables_of_a_package_that_is_not_used_any_more_are_none_of_our_business():
    MigrationRecorder(connection).record_applied("some_package", "0001_initial")
    migrate()
