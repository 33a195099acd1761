"""The form of a backup: a tar archive with a manifest, the database and, if asked for, the keys."""

import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mediadl.environment import EnvironmentProblem

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE_MEMBER = "mediadl.sqlite3"
POSTGRES_MEMBER = "mediadl.pgdump"
KEYS_FOLDER = "keys"
KEY_NAMES = ("secret_key", "jwt_key", "settings_key")
_MEMBERS = {MANIFEST, SQLITE_MEMBER, POSTGRES_MEMBER, *(f"{KEYS_FOLDER}/{name}" for name in KEY_NAMES)}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds.

    Attributes:
        format: of the archive; a newer one is refused.
        created_at: ISO 8601, UTC.
        database: ``sqlite`` or ``postgresql``.
        has_keys: whether the keys are part of it.
    """

    format: int
    created_at: str
    database: str
    has_keys: bool

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
    content: dict[str, Any] = json.loads(read_member(archive, MANIFEST))
    if content.get("format") != FORMAT:
        raise EnvironmentProblem("The backup was made by a newer version: restore it with that one.")
    return Manifest(**content)


def read_member(archive: tarfile.TarFile, name: str) -> bytes:
    """A small member's bytes.

    Raises:
        EnvironmentProblem: it is missing.
    """
    stream = archive.extractfile(name)
    if stream is None:
        raise EnvironmentProblem(f"The backup is damaged: {name} is missing.")
    with stream:
        return stream.read()


def extract_member(archive: tarfile.TarFile, name: str, target: Path) -> None:
    """Write a member's bytes to ``target``, in parts.

    Raises:
        EnvironmentProblem: it is missing.
    """
    stream = archive.extractfile(name) if name in archive.getnames() else None
    if stream is None:
        raise EnvironmentProblem(f"The backup is damaged: {name} is missing.")
    with stream, target.open("wb") as out:
        while part := stream.read(1024 * 1024):
            out.write(part)
