"""Which databases there are: the product's own, and the file that django-q2's broker polls.

The broker's tables live in a file of their own, so its polling never waits for, nor delays, the
product's transactions. With PostgreSQL both are the same server.
"""

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import Model

from mediadl.environment import Environment, EnvironmentProblem

SQLITE_TIMEOUT_SECONDS = 20
_POSTGRESQL_FORM = "MEDIADL_DATABASE_URL: not of the form postgresql://user:password@host:port/name"
_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; "


def _sqlite(path: str, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": path + ".test"},  # a file: the tests' threads share it as the product's do
        "OPTIONS": {
            "timeout": SQLITE_TIMEOUT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": _PRAGMAS + f"PRAGMA synchronous={synchronous};",
        },
    }


def _close_to_others(database: Path) -> None:
    """Sessions and password hashes are for this user only, from the file's first moment.

    SQLite gives the files that it makes beside it the same rights.
    """
    with suppress(FileExistsError):
        os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    for path in database.parent.glob(f"{database.name}*"):
        with suppress(OSError):  # another user's: they decide
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or ""
    except ValueError as error:  # brackets or a port that are none
        raise EnvironmentProblem(_POSTGRESQL_FORM) from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvironmentProblem(_POSTGRESQL_FORM)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def databases_from(environment: Environment) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES`` for this installation."""
    if environment.database_url:
        main = _postgresql(environment.database_url)
        return {"default": main, "broker": {**main, "TEST": {"MIRROR": "default"}}}
    environment.data_dir.mkdir(parents=True, exist_ok=True)
    for name in ("mediadl.sqlite3", "broker.sqlite3"):
        _close_to_others(environment.data_dir / name)
    return {
        "default": _sqlite(str(environment.data_dir / "mediadl.sqlite3"), "FULL"),
        # A lost wake-up changes nothing (the table is the truth), so the broker need not sync.
        "broker": _sqlite(str(environment.data_dir / "broker.sqlite3"), "NORMAL"),
    }


def cluster_name(environment: Environment) -> str:
    """Whose tasks a cluster takes: those of its own host and data folder.

    Wake-ups and the supervisor's pings are for one cluster, and several may share a PostgreSQL.
    """
    if not environment.database_url:
        return "mediadl"
    place = f"{socket.gethostname()}:{environment.data_dir}"
    return f"mediadl-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


class BrokerRouter:
    """Sends django-q2's models to the broker database, and nothing else there."""

    def db_for_read(self, model: type[Model], **_hints: object) -> str | None:
        return "broker" if model._meta.app_label == "django_q" else None

    def db_for_write(self, model: type[Model], **_hints: object) -> str | None:
        return "broker" if model._meta.app_label == "django_q" else None

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        return (app_label == "django_q") == (db == "broker")
