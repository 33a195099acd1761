"""``mediadl restore``: a backup's database (and keys) in place of what is there."""

import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from mediadl.environment import Environment, EnvironmentProblem
from mediadl.operations.archive import (
    KEY_NAMES,
    KEYS_FOLDER,
    POSTGRES_MEMBER,
    SQLITE_MEMBER,
    Manifest,
    damage_of,
    extract_member,
    read_manifest,
)
from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.preflight import RUN_FOLDER

DATABASE_NAME = "mediadl.sqlite3"
REPLACED_SUFFIX = ".before-restore"
UNPACKED_PREFIX = ".restore-"


def restore_backup(file: Path, environment: Environment) -> str:
    """Restore ``file``; what was there is kept beside it as ``*.before-restore`` (SQLite, and the keys).

    All of it is unpacked and checked before anything is replaced. ``mediadl serve`` must not run on
    the data folder. Returns a line to print.

    Raises:
        EnvironmentProblem: it runs, or the file is no whole backup for this installation.
    """
    data_dir = environment.data_dir
    lock = InstanceLock(data_dir / RUN_FOLDER)
    lock.acquire()
    try:
        _remove_leftovers(data_dir)
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=UNPACKED_PREFIX) as folder:
            manifest = _unpack(file, Path(folder), environment)
            kept = _put_in_place(manifest, Path(folder), data_dir)
    except (tarfile.TarError, ValueError, TypeError) as error:
        raise EnvironmentProblem(
            f"{file} is not a backup of Media Downloader, or it is cut short or damaged. Nothing was changed."
        ) from error
    except OSError as error:
        raise EnvironmentProblem(f"{file} cannot be restored: {error.strerror or error}") from error
    finally:
        lock.release()
    there = f"What was there is kept in {', '.join(kept)}. " if kept else ""
    return f"Restored the backup of {manifest.created_at}. {there}Start `mediadl serve`, then run `mediadl doctor`."


def _remove_leftovers(data_dir: Path) -> None:
    """What a restore that was killed had unpacked."""
    for folder in data_dir.glob(f"{UNPACKED_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(file: Path, folder: Path, environment: Environment) -> Manifest:
    with tarfile.open(file, "r:") as archive:
        manifest = read_manifest(archive)
        _refuse_other_database(manifest, environment)
        database = folder / (SQLITE_MEMBER if manifest.database == "sqlite" else POSTGRES_MEMBER)
        extract_member(archive, database.name, database, manifest)
        if manifest.has_keys:
            (folder / KEYS_FOLDER).mkdir(mode=0o700)
            for name in KEY_NAMES:
                extract_member(archive, f"{KEYS_FOLDER}/{name}", folder / KEYS_FOLDER / name, manifest)
    if manifest.database == "sqlite" and (damage := damage_of(database)):
        raise EnvironmentProblem(f"The backup is damaged: {damage}. Nothing was changed; take another backup.")
    for unpacked in filter(Path.is_file, folder.rglob("*")):
        _sync(unpacked)
    return manifest


def _refuse_other_database(manifest: Manifest, environment: Environment) -> None:
    wanted = "postgresql" if environment.database_url else "sqlite"
    if manifest.database != wanted:
        raise EnvironmentProblem(
            f"The backup is of a {manifest.database} database, this installation uses {wanted} (MEDIADL_DATABASE_URL)."
        )


def _put_in_place(manifest: Manifest, folder: Path, data_dir: Path) -> list[str]:
    """Replace what is there; returns the names under which it is kept."""
    kept = _keep_keys(folder / KEYS_FOLDER, data_dir / KEYS_FOLDER) if manifest.has_keys else []
    if manifest.database == "sqlite":
        kept += _replace_sqlite(folder / SQLITE_MEMBER, data_dir / DATABASE_NAME)
    else:
        _restore_postgresql(folder / POSTGRES_MEMBER)
    if manifest.has_keys:
        _replace_keys(folder / KEYS_FOLDER, data_dir / KEYS_FOLDER)
    _sync(data_dir)
    return kept


def _keep_keys(fresh: Path, there: Path) -> list[str]:
    """Copy the keys that are there, unless they are the backup's own."""
    if all(not (there / name).exists() or _same(fresh / name, there / name) for name in KEY_NAMES):
        return []
    aside = _free_name(there)
    shutil.copytree(there, aside)
    return [aside.name]


def _replace_keys(fresh: Path, there: Path) -> None:
    there.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEY_NAMES:
        (fresh / name).replace(there / name)
    _sync(there)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _replace_sqlite(fresh: Path, database: Path) -> list[str]:
    aside = _free_name(database)
    kept = []
    if database.exists():
        _take_in_log(database, aside)
        os.link(database, aside)  # there is a database at every moment, so no start makes an empty one
        kept.append(aside.name)
    # The write-ahead log belongs to the file that goes: left behind it would be applied to the new one.
    for suffix in ("-wal", "-shm"):
        if _beside(database, suffix).exists():
            _beside(database, suffix).replace(_beside(aside, suffix))
    fresh.replace(database)
    return kept


def _take_in_log(database: Path, aside: Path) -> None:
    """Bring what a killed process left in the write-ahead log into the file that is kept.

    Where that cannot be (the file is damaged, and SQLite then throws the log away), the log is kept beside it.
    """
    log, kept = _beside(database, "-wal"), _beside(aside, "-wal")
    if not log.exists():
        return
    shutil.copy2(log, kept)
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        is_busy, *_frames = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            kept.unlink()


def _beside(database: Path, suffix: str) -> Path:
    return database.with_name(database.name + suffix)


def _free_name(path: Path) -> Path:
    """Where to keep what was there: an earlier restore's is never overwritten."""
    names = (f"{path.name}{REPLACED_SUFFIX}{f'-{number}' if number > 1 else ''}" for number in count(1))
    return next(free for name in names if not os.path.lexists(free := path.with_name(name)))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _restore_postgresql(dump: Path) -> None:
    import django

    django.setup()
    from mediadl.operations.backup import run_postgresql

    run_postgresql(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
        "--dbname", _database_name(), str(dump),
    )  # fmt: skip


def _database_name() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])
