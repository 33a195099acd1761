"""A variable with a value that cannot be used is one line that names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mediadl.databases import databases_from
from mediadl.environment import EnvironmentProblem, read_environment


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MEDIADL_PORT", "http"),
        ("MEDIADL_ALLOWED_HOSTS", "https://media.example.org"),
        ("MEDIADL_ALLOWED_HOSTS", "a.example b.example"),
        ("MEDIADL_TRUSTED_PROXIES", "proxy"),
        ("MEDIADL_TIME_ZONE", "Mars/Olympus"),
        ("MEDIADL_REDIS_URL", "127.0.0.1:6379"),
        ("MEDIADL_DATABASE_URL", "mysql://user@host/name"),
        ("MEDIADL_BASE_PATH", "/mé"),
        ("MEDIADL_BASE_PATH", "/a b"),
        ("MEDIADL_MEDIA_ROOTS", "relative/place"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, text: str):
    with pytest.raises(EnvironmentProblem, match=name):
        read_environment({name: text})


def test_the_port_of_a_name_does_not_matter():
    assert read_environment({"MEDIADL_ALLOWED_HOSTS": "x.example:8000,::1"}).allowed_hosts == ("x.example", "::1")


@pytest.mark.parametrize("text", ["", "media.example.org", ".example.org, other.example", "*", "::1,localhost"])
def test_names_are_taken_as_they_are(text: str):
    names = tuple(part.strip() for part in text.split(",") if part)
    assert read_environment({"MEDIADL_ALLOWED_HOSTS": text}).allowed_hosts == names


@pytest.mark.parametrize(
    "url", ["mysql://u@h/n", "postgresql://u:p@h:port/n", "postgresql://u:p@[h/n", "postgresql://u:p@h:99999/n", "x"]
)
def test_a_database_url_that_is_none_is_named_without_its_password(url: str):
    with pytest.raises(EnvironmentProblem, match=r"MEDIADL_DATABASE_URL: not of the form") as problem:
        databases_from(replace(read_environment({}), database_url=url))
    assert "u:p" not in str(problem.value)


def test_the_database_is_closed_to_other_users_also_where_it_was_not(tmp_path: Path):
    environment = replace(read_environment({}), data_dir=tmp_path)
    databases_from(environment)
    for name in ("mediadl.sqlite3", "broker.sqlite3"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    names = ["mediadl.sqlite3", "mediadl.sqlite3-wal", "mediadl.sqlite3.before-restore"]
    for name in names:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    databases_from(environment)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in names} == {0o600}
