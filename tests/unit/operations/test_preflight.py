"""Problems of the machine are one clear sentence."""

import os
import socket
from pathlib import Path

import pytest

from mediadl.environment import EnvironmentProblem
from mediadl.operations.preflight import check_data_folder, check_files, check_sqlite, listen


@pytest.mark.parametrize("version", ["3.51.3", "3.51.4", "3.52", "3.53.4", "4.0.0"])
def test_a_sqlite_from_the_floor_on_is_accepted(version: str):
    check_sqlite(version)


@pytest.mark.parametrize("version", ["3.51.2", "3.50.9", "3.9.0", "2.99.99"])
def test_an_older_sqlite_is_refused(version: str):
    with pytest.raises(EnvironmentProblem, match=r"too old: 3\.51\.3 or newer"):
        check_sqlite(version)


def test_the_data_folder_is_made_and_left_clean(tmp_path: Path):
    folder = tmp_path / "a" / "b"
    check_data_folder(folder)
    assert [path.name for path in folder.iterdir()] == ["run"]


def test_a_folder_below_a_file_is_refused_with_its_name(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match=r"Not a directory.*MEDIADL_DATA_DIR"):
        check_data_folder(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    "name", ["mediadl.sqlite3", "broker.sqlite3-wal", "keys/secret_key", "keys", "logs/access.log", "run/serve.lock"]
)
def test_what_another_user_made_is_named(tmp_path: Path, monkeypatch, name: str):
    for folder in ("keys", "logs", "run"):
        (tmp_path / folder).mkdir()
    foreign = tmp_path / name
    if not foreign.exists():
        foreign.touch()
    check_files(tmp_path)
    # The tests may run as root, to whom everything is open.
    monkeypatch.setattr(os, "access", lambda path, _mode: path != foreign)
    with pytest.raises(EnvironmentProblem, match=rf"{name} cannot be (read|written) by this user.*chown -R USER"):
        check_files(tmp_path)


def test_a_free_port_is_listened_on():
    with listen("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address, timeout=5):
            pass  # somebody listens


def test_a_port_in_use_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(EnvironmentProblem, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_an_unknown_host_is_refused():
    with pytest.raises(EnvironmentProblem, match="MEDIADL_HOST"):
        listen("no-such-name.invalid", 0)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(EnvironmentProblem, match="not an address of this machine"):
        listen("203.0.113.9", 0)
