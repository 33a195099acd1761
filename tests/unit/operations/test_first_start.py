"""The start's work on the database."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from mediadl.environment import EnvironmentProblem
from mediadl.operations.first_start import migrate, unusable_database


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


@pytest.mark.django_db(databases=["default", "broker"])
def test_a_command_on_tables_of_an_older_version_says_what_upgrades_them():
    error = OperationalError("no such table: new_one")
    assert "cannot be used" in str(unusable_database(error))
    MigrationRecorder(connection).record_unapplied("platforms", "0003_told_of_cookies")
    assert "older version of Media Downloader: start `mediadl serve` once" in str(unusable_database(error))


@pytest.mark.parametrize("change", ["ALTER TABLE logs_logrow DROP COLUMN message", "DROP TABLE downloads_cubemonth"])
@pytest.mark.django_db(databases=["default", "broker"])
def test_tables_that_miss_something_after_all_migrations_are_refused(change: str):
    with connection.cursor() as cursor:
        cursor.execute(change)
    with pytest.raises(
        EnvironmentProblem, match=r"cannot be upgraded: (logs_logrow.message|downloads_cubemonth.id) is missing"
    ):
        migrate()
