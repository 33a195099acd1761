"""The stored hashes of pictures; each content is decoded once for them."""

from collections.abc import Sequence
from pathlib import Path

from downloads.models import Download, PictureFingerprint
from downloads.verification import Verifier
from mediadl.media import MediaError


def fingerprints_of(downloads: Sequence[Download], verifier: Verifier) -> dict[str, PictureFingerprint]:
    """By SHA-256, for loaded downloads (with ``file__root``); those that cannot be read are left out."""
    wanted = {download.file_hash: download for download in downloads if download.file is not None}
    found = {row.sha256: row for row in PictureFingerprint.objects.filter(sha256__in=list(wanted))}
    for sha256 in wanted.keys() - found.keys():
        found[sha256] = _made(wanted[sha256], verifier)
    return {sha256: row for sha256, row in found.items() if row.readable}


def path_of(download: Download) -> Path:
    """Where a loaded download's file is."""
    assert download.file is not None  # noqa: S101 - a completed one has a file
    return Path(download.file.root.path) / download.file.path


def trim_fingerprints(limit: int) -> int:
    """Forget those of contents that are stored no more; answers how many went."""
    hashes = Download.objects.filter(file_hash__isnull=False).values("file_hash")
    stale = list(PictureFingerprint.objects.exclude(sha256__in=hashes).values_list("pk", flat=True)[:limit])
    return PictureFingerprint.objects.filter(pk__in=stale).delete()[0]


def _made(download: Download, verifier: Verifier) -> PictureFingerprint:
    try:
        values = verifier.ask({"task": "fingerprint", "path": str(path_of(download))})
    except MediaError:
        values = {}
    hashes = values.get("fingerprint")
    row = PictureFingerprint(
        sha256=download.file_hash,
        phash=hashes["phash"] if hashes else "",
        dhash=hashes["dhash"] if hashes else "",
        width=hashes["width"] if hashes else 0,
        height=hashes["height"] if hashes else 0,
        readable=bool(hashes),
    )
    if hashes or values.get("code") != "UNREADABLE":  # a disk that is away says nothing of the picture
        PictureFingerprint.objects.bulk_create([row], ignore_conflicts=True)
    return row
