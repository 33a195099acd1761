"""The form of a backup: a tar archive with a manifest, the database and, if asked for, the keys."""

import hashlib
import json
import sqlite3
import tarfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from mediadl.environment import EnvironmentProblem

FORMAT = 2
FIRST_FORMAT = 1  # without hashes
MANIFEST = "manifest.json"
SQLITE_MEMBER = "mediadl.sqlite3"
POSTGRES_MEMBER = "mediadl.pgdump"
KEYS_FOLDER = "keys"
KEY_NAMES = ("secret_key", "jwt_key", "settings_key")
READ_BYTES = 1024 * 1024
_MEMBERS = {MANIFEST, SQLITE_MEMBER, POSTGRES_MEMBER, *(f"{KEYS_FOLDER}/{name}" for name in KEY_NAMES)}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds.

    Attributes:
        format: of the archive; a newer one is refused.
        created_at: ISO 8601, UTC.
        database: ``sqlite`` or ``postgresql``.
        has_keys: whether the keys are part of it.
        sha256: of each other member (hex), so that a damaged archive is told from a whole one.
    """

    format: int
    created_at: str
    database: str
    has_keys: bool
    sha256: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> bytes:
        """The manifest's file."""
        return json.dumps(asdict(self), indent=2).encode()


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """The archive's manifest, after a check that nothing else than our own members is in it.

    Raises:
        EnvironmentProblem: it is no backup of ours, or of a newer version.
    """
    names = {member.name for member in archive.getmembers() if member.isfile()}
    if MANIFEST not in names or not names <= _MEMBERS or len(names) != len(archive.getmembers()):
        raise EnvironmentProblem("The file is not a backup of Media Downloader.")
    with _member(archive, MANIFEST) as stream:
        content: dict[str, Any] = json.loads(stream.read())
    if content.get("format") not in range(FIRST_FORMAT, FORMAT + 1):
        raise EnvironmentProblem("The backup was made by a newer version: restore it with that one.")
    return Manifest(**content)


def extract_member(archive: tarfile.TarFile, name: str, target: Path, manifest: Manifest) -> None:
    """Write a member's bytes to ``target`` (readable by this user only), in parts, and compare their hash.

    Raises:
        EnvironmentProblem: it is missing, or not what was put into the backup.
    """
    with _member(archive, name) as stream:
        target.touch(mode=0o600)
        with target.open("wb") as out:
            while part := stream.read(READ_BYTES):
                out.write(part)
    wanted = manifest.sha256.get(name)
    if wanted is not None and sha256_of(target) != wanted:
        raise EnvironmentProblem(f"The backup is damaged: {name} is not what was written. Take another backup.")


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = archive.extractfile(name) if name in archive.getnames() else None
    if stream is None:
        raise EnvironmentProblem(f"The backup is damaged: {name} is missing.")
    return stream


def sha256_of(path: Path) -> str:
    """The file's SHA-256 (hex)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def damage_of(database: Path) -> str:
    """What SQLite finds wrong with a file that nobody uses; empty if nothing."""
    reader = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        (verdict,) = reader.execute("PRAGMA quick_check(1)").fetchone()
        if reader.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
            verdict = "it has no tables"
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        reader.close()
    return "" if verdict == "ok" else str(verdict)
