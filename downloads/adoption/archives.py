"""Reading the archives of gallery-dl, yt-dlp and cyberdrop-dl, told apart by their content."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from downloads.adoption.keys import (
    CYBERDROP_DL,
    GALLERY_DL,
    YT_DLP,
    match_of_cyberdrop_dl,
    match_of_gallery_dl,
    match_of_yt_dlp,
)
from mediadl.media import MediaError
from mediadl.net.urls import normalise_url

MAX_ENTRY = 500
MAX_TEXT = 8192
MAX_LINE = 64 * 1024
_SQLITE_HEADER = b"SQLite format 3\0"
_YT_DLP_LINE = re.compile(r"[a-z0-9][a-z0-9:_.+-]* \S+")
_NAME = re.compile(r'[^"\0]{1,100}')


class UnreadableArchiveError(Exception):
    """It is none of the archives that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One fetched file by its program's own key.

    Attributes:
        match: as listings are asked for it.
        file_name: the name on disk, where the archive tells it.
    """

    program: str
    entry: str
    match: str
    file_name: str = ""
    page_url: str = ""


def read_archive(path: Path) -> Iterator[ArchiveEntry]:
    """All entries of an archive, lazily.

    Raises:
        UnreadableArchiveError: it is no archive of these programs, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UnreadableArchiveError(f"{path.name} cannot be read: {error.strerror}.") from error
    yield from _sqlite_entries(path) if head == _SQLITE_HEADER else _text_entries(path)


def _sqlite_entries(path: Path) -> Iterator[ArchiveEntry]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=20)) as connection:
            columns = _columns(connection)
            if {"domain", "url_path", "completed"} <= columns.get("media", set()):
                yield from _cyberdrop_dl(connection, columns["media"])
                return
            tables = [name for name, found in columns.items() if found == {"entry"}]
            if not tables:
                raise UnreadableArchiveError(
                    f"{path.name} is a database, but no archive of gallery-dl or cyberdrop-dl."
                )
            for table in tables:
                # An archive with its own table's name has entries without the category in front.
                for (entry,) in connection.execute(f'SELECT entry FROM "{table}"'):  # noqa: S608 - checked below
                    text = _plain(entry)[:MAX_ENTRY]
                    whole = text if table == "archive" or text.startswith(table) else f"{table}{text}"
                    yield ArchiveEntry(GALLERY_DL, text, match_of_gallery_dl(whole))
    except sqlite3.Error as error:
        raise UnreadableArchiveError(f"{path.name} cannot be read: {error}.") from error


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        table: {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
        for table in tables
        if _NAME.fullmatch(table)
    }


def _cyberdrop_dl(connection: sqlite3.Connection, columns: set[str]) -> Iterator[ArchiveEntry]:
    name = "download_filename" if "download_filename" in columns else "''"
    referer = "referer" if "referer" in columns else "''"
    rows = connection.execute(f"SELECT domain, url_path, {name}, {referer} FROM media WHERE completed = 1")  # noqa: S608
    for host, path, file_name, page_url in rows:
        domain, url_path = _plain(host), _plain(path)
        entry = f"{domain} {url_path}"[:MAX_ENTRY]
        match = match_of_cyberdrop_dl(domain, url_path)
        yield ArchiveEntry(CYBERDROP_DL, entry, match, _plain(file_name), _page(page_url))


def _plain(value: object) -> str:
    """A column as it can be stored: whoever made the archive may have meant harm."""
    return "".join(char for char in str(value or "")[:MAX_TEXT] if char >= " " and char != "\x7f")


def _page(value: object) -> str:
    """A page's address; empty for what is none, such as a script."""
    try:
        return normalise_url(str(value or ""))
    except MediaError:
        return ""


def _text_entries(path: Path) -> Iterator[ArchiveEntry]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), "")):
            entry = line.strip()
            if not entry:
                continue
            if not _YT_DLP_LINE.fullmatch(entry):
                if number == 0:
                    raise UnreadableArchiveError(
                        f"{path.name} is no archive of yt-dlp: its lines are not of that form."
                    )
                continue  # written halfway by a crash
            yield ArchiveEntry(YT_DLP, entry[:MAX_ENTRY], match_of_yt_dlp(entry))
