"""Finding the archive entries of a file by its name and folders."""

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from downloads.adoption.archives import ArchiveEntry, read_archive
from downloads.adoption.keys import CYBERDROP_DL, GALLERY_DL, YT_DLP
from downloads.adoption.names import FileIdentity, bracketed_id

_SEPARATORS = re.compile(r"[\s_\-\[\]()]+")
_MOST_PARTS = 6


class EntryIndex:
    """The entries of all archives of one adoption, by what file names can tell."""

    def __init__(self, entries: Iterable[ArchiveEntry]) -> None:
        self.entries: list[ArchiveEntry] = list({(one.program, one.entry): one for one in entries}.values())
        self._by_match = {one.match: one for one in self.entries}
        self._by_name: dict[str, ArchiveEntry] = {}
        for one in self.entries:
            if one.program == GALLERY_DL:
                self._by_name[one.entry.replace("/", "_").lower()] = one
            elif one.program == YT_DLP:
                self._by_name[f"{YT_DLP} {one.entry.partition(' ')[2]}".lower()] = one
            elif one.program == CYBERDROP_DL and one.file_name:
                self._by_name[f"{CYBERDROP_DL} {one.file_name}".lower()] = one

    def of_file(self, path: str, identity: FileIdentity) -> list[ArchiveEntry]:
        """The entries that stand for this file."""
        found = []
        if identity.media_id and (one := self._by_match.get(f"{identity.platform}:{identity.media_id}")):
            found.append(one)
        name = PurePosixPath(path).name
        stem = PurePosixPath(path).stem
        for key in (
            f"{CYBERDROP_DL} {name}",
            f"{YT_DLP} {bracketed_id(stem)}",
            *_gallery_dl_keys(name, stem, identity),
        ):
            if (one := self._by_name.get(key.lower())) and one not in found:
                found.append(one)
                break
        return found


def _gallery_dl_keys(name: str, stem: str, identity: FileIdentity) -> list[str]:
    """Category and archive format, as the default names of gallery-dl's sites show them."""
    parts = [part for part in _SEPARATORS.split(stem) if part][:_MOST_PARTS]
    texts = [name, stem, *parts, *(f"{one}_{two}" for one, two in itertools.pairwise(parts))]
    categories = [*reversed(identity.categories), "directlink"]
    # Short numbers alone are positions in a gallery, not identities.
    return [f"{category}{text}" for category in categories for text in texts if len(text) >= 4]


def index_of(archives: Sequence[Path]) -> EntryIndex:
    """The index of these archives; read again only where one has changed.

    Raises:
        UnreadableArchiveError: one cannot be read.
    """
    stamps = []
    for path in archives:
        status = path.stat()
        stamps.append((str(path), status.st_mtime_ns, status.st_size))
    return _cached_index(tuple(stamps))


@lru_cache(maxsize=1)
def _cached_index(stamps: tuple[tuple[str, int, int], ...]) -> EntryIndex:
    return EntryIndex(entry for path, _modified, _size in stamps for entry in read_archive(Path(path)))
