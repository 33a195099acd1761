"""A real server over the test's own database, and people who may open sockets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction

from mediadl.accounts.models import Session, User
from mediadl.accounts.services.sessions import access_token_of, start_session
from mediadl.events.services import Event, publish_many
from tests.unit.web.server_process import ServerProcess, running_server


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in."""

    user: User
    session: Session
    token: str


@pytest.fixture(scope="module")
def server_data(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database and keys are those of the tests."""
    folder = tmp_path_factory.mktemp("sockets")
    with django_db_blocker.unblock():
        database = connections["default"].settings_dict["NAME"]
    (folder / "mediadl.sqlite3").symlink_to(database)
    (folder / "keys").symlink_to(settings.KEYS_DIR)
    return folder


@pytest.fixture(scope="module")
def server(server_data: Path) -> Iterator[ServerProcess]:
    with running_server("tests.unit.web.socket_app:application", data_dir=server_data) as running:
        yield running


@pytest.fixture
def sign_in(transactional_db: None) -> Callable[..., Person]:
    def sign_in(name: str = "ann", role: str = "viewer", lifetime: timedelta = timedelta(hours=1)) -> Person:
        user = User.objects.filter(username=name).first() or User.objects.create_user(name, role=role)
        session = start_session(user, Session.Kind.TOKEN, address="", user_agent="", lifetime=lifetime)
        return Person(user, session, access_token_of(session))

    return sign_in


@pytest.fixture
def happen(transactional_db: None) -> Callable[..., None]:
    """Publish events in one committed transaction."""

    def happen(*events: Event) -> None:
        with transaction.atomic():
            publish_many(events)

    return happen
