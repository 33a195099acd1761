"""Starts the stock project: ``python -m tests.bench.stock.running`` makes its user's table and prints a token."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.product.running import free_port, wait_for

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Stock:
    """The running project."""

    pid: int
    port: int
    token: str


@contextmanager
def running_stock(database: Path) -> Iterator[Stock]:
    """The stock project over the product's database file, under daphne as it comes, while the block runs."""
    environment = {
        **os.environ,
        "STOCK_DATABASE": str(database),
        "DJANGO_SETTINGS_MODULE": "tests.bench.stock.settings",
    }
    token = subprocess.run(
        [sys.executable, "-m", "tests.bench.stock.running"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    port = free_port()
    daphne = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "tests.bench.stock.asgi:application"],
        env=environment,
        stdout=subprocess.DEVNULL,  # its access log; writing it costs it little
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(port), START_SECONDS, "the stock project answers")
        yield Stock(daphne.pid, port, token)
    finally:
        daphne.terminate()
        daphne.wait(10)


def _answers(port: int) -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _make_user() -> str:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection
    from rest_framework_simplejwt.tokens import AccessToken

    if User._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(User)
    user = User.objects.create_user("stock")
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=timedelta(hours=2))
    return str(token)


if __name__ == "__main__":
    print(_make_user())  # noqa: T201 - the bench reads it
