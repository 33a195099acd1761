"""A backup made while somebody writes comes back whole."""

import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.accounts.models import User
from mediadl.environment import Environment, EnvironmentProblem, read_environment
from mediadl.operations.archive import KEY_NAMES
from mediadl.operations.backup import copy_sqlite, write_backup
from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.restore import DATABASE_NAME, restore_backup


def _environment(folder: Path) -> Environment:
    (folder / "run").mkdir(parents=True)
    return replace(read_environment(), data_dir=folder, database_url="")


def _users(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT username FROM accounts_user ORDER BY username")]


@pytest.mark.django_db(transaction=True)
def test_what_was_there_comes_back_and_what_was_replaced_is_kept(tmp_path: Path):
    User.objects.create(username="before")
    file = tmp_path / "backup.tar"
    line = write_backup(file, with_keys=False)
    assert str(file) in line
    assert "without keys" in line
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["backup.tar"]

    environment = _environment(tmp_path / "other")
    (environment.data_dir / DATABASE_NAME).write_bytes(b"the old one")
    (environment.data_dir / f"{DATABASE_NAME}-wal").write_bytes(b"its log")
    restore_backup(file, environment)
    assert _users(environment.data_dir / DATABASE_NAME) == ["before"]
    assert (environment.data_dir / f"{DATABASE_NAME}.before-restore").read_bytes() == b"the old one"
    assert (environment.data_dir / f"{DATABASE_NAME}.before-restore-wal").read_bytes() == b"its log"
    assert not (environment.data_dir / f"{DATABASE_NAME}-wal").exists()
    assert not (environment.data_dir / "keys").exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_process_left_in_its_log_is_in_the_kept_database(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    environment = _environment(tmp_path / "other")
    database = environment.data_dir / DATABASE_NAME
    script = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL')\n"
        "c.execute('CREATE TABLE left (n)'); c.execute('INSERT INTO left VALUES (7)'); c.commit(); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(database)], check=False)
    assert (environment.data_dir / f"{DATABASE_NAME}-wal").stat().st_size > 0
    restore_backup(file, environment)
    kept = environment.data_dir / f"{DATABASE_NAME}.before-restore"
    assert sorted(path.name for path in environment.data_dir.glob("*before-restore*")) == [kept.name]
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT n FROM left").fetchall() == [(7,)]


@pytest.mark.django_db(transaction=True)
def test_keys_are_part_of_it_only_if_asked_for(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "key" in name]

    assert "keep it safe" in write_backup(file, with_keys=True)
    environment = _environment(tmp_path / "other")
    restore_backup(file, environment)
    for name in KEY_NAMES:
        restored = environment.data_dir / "keys" / name
        assert restored.read_bytes() == (settings.KEYS_DIR / name).read_bytes()
        assert restored.stat().st_mode & 0o077 == 0


def test_a_copy_made_under_writes_is_one_moment(tmp_path: Path):
    source = tmp_path / "live.sqlite3"
    setup = sqlite3.connect(source)
    setup.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE pair (a INTEGER, b INTEGER, filler BLOB);"
        "INSERT INTO pair VALUES (0, 0, NULL);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO pair SELECT -1, -1, zeroblob(1000) FROM n;"
    )
    setup.commit()
    stop = threading.Event()

    def write() -> None:
        writer = sqlite3.connect(source, timeout=20)
        number = 0
        while not stop.is_set():
            number += 1
            with writer:
                writer.execute("UPDATE pair SET a = ? WHERE a >= 0", (number,))
                writer.execute("UPDATE pair SET b = ? WHERE b >= 0", (number,))
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            copy = tmp_path / f"copy{number}"
            copy_sqlite(source, copy)
            with sqlite3.connect(copy) as connection:
                a, b = connection.execute("SELECT a, b FROM pair WHERE a >= 0").fetchone()
                assert a == b
                assert connection.execute("SELECT count(*) FROM pair").fetchone() == (20001,)
    finally:
        stop.set()
        thread.join()
        setup.close()


@pytest.mark.django_db(transaction=True)
def test_a_running_installation_is_not_overwritten(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    environment = _environment(tmp_path / "other")
    lock = InstanceLock(environment.data_dir / "run")
    lock.acquire()
    with pytest.raises(EnvironmentProblem, match="in use"):
        restore_backup(file, environment)
    lock.release()


def _tar(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            member = path.with_name("member")
            member.write_bytes(content)
            archive.add(member, name)
    return path


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"manifest.json": b"{}"},
        {"manifest.json": b"not json"},
        {"manifest.json": b'{"format": 99}'},
        {"manifest.json": b'{"format": 1, "created_at": "x", "database": "sqlite", "has_keys": false}'},
        {
            "manifest.json": b'{"format": 1, "created_at": "x", "database": "sqlite", "has_keys": true}',
            "mediadl.sqlite3": b"",
        },
        {
            "manifest.json": b'{"format": 1, "created_at": "x", "database": "sqlite", "has_keys": false}',
            "mediadl.sqlite3": b"",
        },
        {"manifest.json": b"{}", "../../etc/passwd": b"x"},
    ],
)
def test_what_is_no_backup_changes_nothing(tmp_path: Path, members: dict[str, bytes]):
    environment = _environment(tmp_path / "data")
    (environment.data_dir / DATABASE_NAME).write_bytes(b"precious")
    with pytest.raises(EnvironmentProblem):
        restore_backup(_tar(tmp_path / "bad.tar", **members), environment)
    assert (environment.data_dir / DATABASE_NAME).read_bytes() == b"precious"


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path):
    file = tmp_path / "bad.tar"
    file.write_bytes(b"\x89PNG" * 1000)
    with pytest.raises(EnvironmentProblem, match="not a backup"):
        restore_backup(file, _environment(tmp_path / "data"))


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_another_kind_of_database_is_refused(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    environment = replace(_environment(tmp_path / "other"), database_url="postgresql://x@127.0.0.1/y")
    with pytest.raises(EnvironmentProblem, match="this installation uses postgresql"):
        restore_backup(file, environment)


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        write_backup(tmp_path / "missing" / "backup.tar", with_keys=False)


@pytest.mark.django_db(transaction=True)
def test_a_second_restore_does_not_overwrite_what_the_first_one_kept(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    environment = _environment(tmp_path / "other")
    (environment.data_dir / DATABASE_NAME).write_bytes(b"the old one")
    restore_backup(file, environment)
    assert f"{DATABASE_NAME}.before-restore-2" in restore_backup(file, environment)
    assert (environment.data_dir / f"{DATABASE_NAME}.before-restore").read_bytes() == b"the old one"


@pytest.mark.django_db(transaction=True)
def test_keys_that_are_replaced_are_kept(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=True)
    environment = _environment(tmp_path / "other")
    keys = environment.data_dir / "keys"
    keys.mkdir()
    for name in KEY_NAMES:
        (keys / name).write_text(f"old {name}")
    assert "keys.before-restore" in restore_backup(file, environment)
    assert (environment.data_dir / "keys.before-restore" / "settings_key").read_text() == "old settings_key"
    restore_backup(file, environment)
    assert not (environment.data_dir / "keys.before-restore-2").exists()  # they were the backup's own


def _damaged(file: Path) -> None:
    """Change bytes in the middle of the database, as a bad disk does."""
    with tarfile.open(file) as archive:
        at = archive.getmember("mediadl.sqlite3").offset_data + 100_000
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(b"\x5a" * 50_000)


def _cut(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 2)


@pytest.mark.parametrize("harm", [_damaged, _cut])
@pytest.mark.django_db(transaction=True)
def test_a_damaged_backup_changes_nothing(tmp_path: Path, harm: Callable[[Path], None]):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=True)
    harm(file)
    environment = _environment(tmp_path / "other")
    (environment.data_dir / DATABASE_NAME).write_bytes(b"precious")
    (environment.data_dir / "keys").mkdir()
    (environment.data_dir / "keys" / "settings_key").write_text("precious")
    with pytest.raises(EnvironmentProblem, match="damaged"):
        restore_backup(file, environment)
    assert (environment.data_dir / DATABASE_NAME).read_bytes() == b"precious"
    assert (environment.data_dir / "keys" / "settings_key").read_text() == "precious"
    assert sorted(path.name for path in environment.data_dir.iterdir()) == ["keys", DATABASE_NAME, "run"]


def _without_hashes(file: Path) -> None:
    """Turn a backup into one of the first format."""
    with tarfile.open(file) as archive:
        database = archive.extractfile("mediadl.sqlite3").read()
    manifest = b'{"format": 1, "created_at": "x", "database": "sqlite", "has_keys": false}'
    _tar(file, **{"manifest.json": manifest, "mediadl.sqlite3": database})


@pytest.mark.django_db(transaction=True)
def test_backups_without_hashes_are_checked_by_the_database_itself(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    _without_hashes(file)
    environment = _environment(tmp_path / "other")
    restore_backup(file, environment)
    _damaged(file)
    with pytest.raises(EnvironmentProblem, match="Nothing was changed"):
        restore_backup(file, environment)


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_restore_left_is_removed_by_the_next(tmp_path: Path):
    file = tmp_path / "backup.tar"
    write_backup(file, with_keys=False)
    environment = _environment(tmp_path / "other")
    (environment.data_dir / ".restore-dead").mkdir()
    restore_backup(file, environment)
    assert not list(environment.data_dir.glob(".restore-*"))
