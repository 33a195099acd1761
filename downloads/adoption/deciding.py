"""What is to happen to each of a few files: hashed, verified, compared with the library. Changes nothing."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from downloads.adoption.archives import ArchiveEntry
from downloads.adoption.descriptions import with_description
from downloads.adoption.entry_index import EntryIndex
from downloads.adoption.file_hashes import sha256_of_file
from downloads.adoption.names import FileIdentity, identity_of
from downloads.adoption.request import AdoptionRequest
from downloads.adoption.scanning import FoundFile
from downloads.file_presence import is_present
from downloads.known import recorded_and_present
from downloads.models import Download, StoredFile
from downloads.rows import key_of
from downloads.thumbnails import thumbnail_path
from downloads.verification import VerifiedMedia, Verifier
from mediadl.media import MediaError, MediaItem, MediaType

_THREADS = 2  # as many as the verifier has children
_CONTENT = {MediaType.IMAGE: "image", MediaType.VIDEO: "video", MediaType.AUDIO: "attachment"}
_POST_TYPES = {"instagram": "post", "tiktok": "video"}
MEDIA_ID_DIGITS = 12
MAX_PATH = 600  # a record holds 700, from a root that may lie above the folder


class What(StrEnum):
    """What happens to one file."""

    ADOPT = "adopt"
    ALREADY_HERE = "already_here"  # the very file is recorded
    SAME_BYTES = "same_bytes"  # its bytes are recorded, and its name says nothing of its own
    SAME_ITEM = "same_item"  # its media item is recorded, with another file
    REFUSED = "refused"  # no picture, video or sound, or a damaged one
    FAILED = "failed"  # it could not be read or placed


@dataclass(slots=True)
class Decision:
    """One file and what happens to it."""

    file: FoundFile
    identity: FileIdentity
    what: What
    detail: str = ""
    sha256: str = ""
    verified: VerifiedMedia | None = None
    item: MediaItem | None = None
    platform: str = "web"
    source: str = ""
    entries: list[ArchiveEntry] = field(default_factory=list)
    download_id: int | None = None


def decide(
    files: Sequence[FoundFile],
    request: AdoptionRequest,
    root: Path,
    index: EntryIndex,
    verifier: Verifier,
    *,
    dry: bool,
) -> list[Decision]:
    """Decide on a few files; ``root`` is where they count as stored if they stay in place."""
    folder = request.folder
    if folder is None:
        return []
    decisions = [_begun(file, request, folder, index) for file in files]
    _find_recorded_paths(decisions, folder, root)
    open_ones = [one for one in decisions if one.what is What.ADOPT]
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda one: _examine(one, folder, verifier, dry=dry), open_ones))
    open_ones = [one for one in decisions if one.what is What.ADOPT]
    for one in open_ones:
        _name(one, request)
    _find_recorded_media(open_ones)
    return decisions


def _begun(file: FoundFile, request: AdoptionRequest, folder: Path, index: EntryIndex) -> Decision:
    identity = with_description(identity_of(file.path, folder.name), folder / file.path)
    one = Decision(file, identity, What.ADOPT)
    one.platform = request.platform or identity.platform or "web"
    one.source = (request.source or identity.source or "adopted").replace("/", "_")[:120]
    one.entries = index.of_file(file.path, identity)
    if len(file.path) > MAX_PATH:
        one.what, one.detail = What.REFUSED, f"Its path is longer than {MAX_PATH} characters."
    return one


def _find_recorded_paths(decisions: Sequence[Decision], folder: Path, root: Path) -> None:
    """Files that are recorded by their place: another run, or this one before it was interrupted."""
    below = {os.path.relpath(folder / one.file.path, root): one for one in decisions}
    rows = StoredFile.objects.filter(root__path=str(root), path__in=list(below)).values_list(
        "path", "size", "downloads__id"
    )
    for path, size, download_id in rows:
        one = below[path]
        if download_id is not None and size == one.file.size:
            one.what, one.download_id, one.detail = What.ALREADY_HERE, download_id, "It is in the library."


def _examine(one: Decision, folder: Path, verifier: Verifier, *, dry: bool) -> None:
    path = folder / one.file.path
    try:
        one.sha256 = sha256_of_file(path)
        one.verified = verifier.verify(path, thumbnail_to=None if dry else thumbnail_path(one.sha256))
    except MediaError as error:
        one.what, one.detail = What.REFUSED, error.detail
    except OSError as error:
        one.what, one.detail = What.FAILED, f"It cannot be read: {error.strerror}."


def _name(one: Decision, request: AdoptionRequest) -> None:
    """Give it the media item that a listing would have found."""
    identity, verified = one.identity, one.verified
    assert verified is not None  # noqa: S101 - it was examined
    link = next((entry.match.removeprefix("link:") for entry in one.entries if entry.match.startswith("link:")), "")
    media_url = f"https://{link}" if link else ""
    media_id = identity.media_id or (key_of(media_url) if media_url else one.sha256)[:MEDIA_ID_DIGITS]
    page = identity.page_url or next((entry.page_url for entry in one.entries if entry.page_url), "")
    metadata = {
        "adopted_from": one.file.path[-300:],
        "adopted_by": request.placement.value,
        **({"caption": identity.caption} if identity.caption else {}),
    }
    one.item = MediaItem(
        media_id=media_id,
        page_url=page or media_url or _page_of(one, media_id),
        candidates=(media_url,) if media_url else (),
        content_type=_POST_TYPES.get(one.platform, _CONTENT[verified.media_type]),
        post_date=identity.post_date,
        media_type=verified.media_type,
        metadata=metadata,
    )


def _page_of(one: Decision, media_id: str) -> str:
    """The best that is known where nothing names the page: the profile, else a name that is no link."""
    if one.platform == "instagram":
        return f"https://www.instagram.com/{quote(one.source)}/"
    if one.platform == "tiktok" and one.identity.media_id:
        return f"https://www.tiktok.com/@{quote(one.source)}/video/{media_id.partition('_')[0]}"
    return f"urn:mediadl:adopted:{quote(one.file.path)}"


def _find_recorded_media(decisions: Sequence[Decision]) -> None:
    """Media items that the library has, and files without an identity of their own whose bytes it has."""
    keys = {id(one): (one.platform, one.item.media_id) for one in decisions if one.item}
    recorded = recorded_and_present(keys.values())
    nameless = [one.sha256 for one in decisions if not one.identity.media_id and not one.entries]
    same = {
        row[1]: row[0]
        for row in Download.objects.filter(file__sha256__in=nameless).values_list(
            "id", "file__sha256", "file__root__path", "file__path", "file__size"
        )
        if is_present(row[2], row[3], row[4])
    }
    first: dict[tuple[str, str], Decision] = {}
    for one in decisions:
        key = keys[id(one)]
        if key in recorded:
            is_nameless = not one.identity.media_id
            one.what, one.download_id = What.SAME_BYTES if is_nameless else What.SAME_ITEM, recorded[key]
            one.detail = "The library has this picture or video already."
        elif not one.identity.media_id and not one.entries and one.sha256 in same:
            one.what, one.download_id = What.SAME_BYTES, same[one.sha256]
            one.detail = "The library has a file of the same bytes already."
        elif first.setdefault(key, one) is not one:
            one.what, one.detail = What.SAME_ITEM, f"The same as {first[key].file.path}."


def modified_at(one: Decision) -> datetime:
    """The file's own date: gallery-dl and yt-dlp set it to the post's or the server's."""
    return datetime.fromtimestamp(min(max(one.file.modified, 0), 4_000_000_000), UTC)
