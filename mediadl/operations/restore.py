"""``mediadl restore``: a backup's database (and keys) in place of what is there."""

import os
import tarfile
import tempfile
from pathlib import Path

from mediadl.environment import Environment, EnvironmentProblem
from mediadl.operations.archive import (
    KEY_NAMES,
    KEYS_FOLDER,
    POSTGRES_MEMBER,
    SQLITE_MEMBER,
    Manifest,
    extract_member,
    read_manifest,
    read_member,
)
from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.preflight import RUN_FOLDER

DATABASE_NAME = "mediadl.sqlite3"
REPLACED_SUFFIX = ".before-restore"


def restore_backup(file: Path, environment: Environment) -> str:
    """Restore ``file``; what was there is kept beside it as ``*.before-restore`` (SQLite).

    ``mediadl serve`` must not run on the data folder. Returns a line to print.

    Raises:
        EnvironmentProblem: it runs, or the file is no backup for this installation.
    """
    lock = InstanceLock(environment.data_dir / RUN_FOLDER)
    lock.acquire()
    try:
        with tarfile.open(file, "r:") as archive:
            manifest = read_manifest(archive)
            _refuse_other_database(manifest, environment)
            if manifest.has_keys:
                _restore_keys(archive, environment.data_dir / KEYS_FOLDER)
            if manifest.database == "sqlite":
                _restore_sqlite(archive, environment.data_dir)
            else:
                _restore_postgresql(archive, environment.data_dir)
    except (tarfile.TarError, ValueError, TypeError) as error:
        raise EnvironmentProblem(f"{file} is not a backup of Media Downloader.") from error
    except OSError as error:
        raise EnvironmentProblem(f"{file} cannot be restored: {error.strerror or error}") from error
    finally:
        lock.release()
    return f"Restored the backup of {manifest.created_at}. Start `mediadl serve`, then run `mediadl doctor`."


def _refuse_other_database(manifest: Manifest, environment: Environment) -> None:
    wanted = "postgresql" if environment.database_url else "sqlite"
    if manifest.database != wanted:
        raise EnvironmentProblem(
            f"The backup is of a {manifest.database} database, this installation uses {wanted} (MEDIADL_DATABASE_URL)."
        )


def _restore_keys(archive: tarfile.TarFile, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEY_NAMES:
        fresh = folder / f".{name}.restored"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(read_member(archive, f"{KEYS_FOLDER}/{name}"))
        fresh.replace(folder / name)


def _restore_sqlite(archive: tarfile.TarFile, data_dir: Path) -> None:
    fresh = data_dir / f".{DATABASE_NAME}.restored"
    extract_member(archive, SQLITE_MEMBER, fresh)
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    database = data_dir / DATABASE_NAME
    # The write-ahead log belongs to the file that goes: left behind it would be applied to the new one.
    for suffix in ("", "-wal", "-shm"):
        old = database.with_name(database.name + suffix)
        if old.exists():
            old.replace(database.with_name(DATABASE_NAME + REPLACED_SUFFIX + suffix))
    fresh.replace(database)


def _restore_postgresql(archive: tarfile.TarFile, data_dir: Path) -> None:
    import django

    django.setup()
    from mediadl.operations.backup import run_postgresql

    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        dump = Path(folder) / POSTGRES_MEMBER
        extract_member(archive, POSTGRES_MEMBER, dump)
        run_postgresql(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            "--dbname", _database_name(), str(dump),
        )  # fmt: skip


def _database_name() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])
