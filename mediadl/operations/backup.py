"""``mediadl backup``: database and settings into one file, while everything runs."""

import io
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from mediadl import clock
from mediadl.environment import EnvironmentProblem
from mediadl.operations.archive import (
    FORMAT,
    KEY_NAMES,
    KEYS_FOLDER,
    MANIFEST,
    POSTGRES_MEMBER,
    SQLITE_MEMBER,
    Manifest,
    damage_of,
    sha256_of,
)

PAGES_A_STEP = 2000  # the copy lets writers in between its steps


def write_backup(file: Path, *, with_keys: bool) -> str:
    """Write a backup to ``file``, which appears only when it is whole; returns a line to print.

    Without the keys stored secrets (site passwords, API keys of captcha services) can only be read
    again on an installation that still has them. Media files are not part of it.

    Raises:
        EnvironmentProblem: the file cannot be written, or the database cannot be dumped.
    """
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".mediadl-backup-") as folder:
            whole = Path(folder) / "backup.tar"
            _write_archive(whole, Path(folder), with_keys=with_keys)
            whole.chmod(0o600)
            with whole.open("rb") as stream:
                os.fsync(stream.fileno())
            whole.replace(file)
    except OSError as error:
        raise EnvironmentProblem(f"The backup cannot be written to {file}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise EnvironmentProblem(f"The backup to {file} failed: {error}") from error
    keys = "with keys: keep it safe" if with_keys else "without keys"
    return f"Backup written to {file} ({file.stat().st_size} bytes, {keys})"


def _write_archive(target: Path, folder: Path, *, with_keys: bool) -> None:
    is_sqlite = connection.vendor == "sqlite"
    created_at = clock.isoformat_seconds(clock.now())
    name = SQLITE_MEMBER if is_sqlite else POSTGRES_MEMBER
    dump = folder / name
    if is_sqlite:
        copy_sqlite(Path(connection.settings_dict["NAME"]), dump)
    else:
        _dump_postgresql(dump)
    members = {name: dump}
    if with_keys:
        members.update({f"{KEYS_FOLDER}/{key}": settings.KEYS_DIR / key for key in KEY_NAMES})
    hashes = {member: sha256_of(path) for member, path in members.items()}
    manifest = Manifest(FORMAT, created_at, connection.vendor, with_keys, hashes)
    with tarfile.open(target, "w") as archive:
        info = tarfile.TarInfo(MANIFEST)
        content = manifest.as_json()
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
        for member, path in members.items():
            archive.add(path, member)


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database in use, checked before it counts.

    Raises:
        EnvironmentProblem: the copy is damaged.
        sqlite3.Error: it cannot be written.
    """
    reader = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
    writer = sqlite3.connect(target)
    try:
        reader.backup(writer, pages=PAGES_A_STEP, sleep=0.01)
        writer.execute("PRAGMA journal_mode=DELETE")
    finally:
        reader.close()
        writer.close()
    if damage := damage_of(target):
        raise EnvironmentProblem(f"The database {source} is damaged: {damage}")


def _dump_postgresql(target: Path) -> None:
    run_postgresql("pg_dump", "--format=custom", "--no-owner", "--file", str(target))


def run_postgresql(program: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on our database; the password goes by its environment.

    Raises:
        EnvironmentProblem: it is not installed, or it failed.
    """
    database = connection.settings_dict
    variables = {
        **os.environ,
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"]),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    given = {name: value for name, value in variables.items() if value}
    try:
        done = subprocess.run([program, *arguments], env=given, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise EnvironmentProblem(f"{program} is not installed: install PostgreSQL's client programs.") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise EnvironmentProblem(f"{program} failed: {last[0]}")
