"""25 hostile names in each of 6 fields that a site fills: nothing leaves the collection, nothing is overwritten."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings

from downloads.models import Download, StoredFile
from downloads.naming import MAX_PART_BYTES
from queue_app.models import QueueItem
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.soak.measuring import Figures
from tests.unit.queue_app.building import change_settings, drain, enqueue, media, picture
from tests.unit.queue_app.conftest import _quick_waits, site
from tests.unit.queue_app.fake_site import HOST, NAME, FakeSite

__all__ = ["_quick_waits", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
NAMES = [
    "../../outside",
    "..",
    ".",
    "/etc/passwd",
    "..\\..\\outside",
    "C:\\windows\\x",
    "\\\\server\\share",
    "a/../../../outside",
    "%2e%2e%2foutside",
    "....//outside",
    "a\0b",
    "a\nb\rc",
    "\x1b[31mred",
    "photo\u202egpj.exe",
    "\ufeff\u200b",
    "\u2044..\uff0foutside",
    "CON",
    "nul.txt",
    "COM1.jpg",
    ".htaccess",
    "-rf",
    "~root",
    "e\u0301" * 100,
    "\U0001f600" * 60,
    "x" * 200,
]
FIELDS = ("media id", "source", "URL path", "Content-Disposition", "caption and author", "post and page")
VICTIM = b"not to be overwritten"


def test_there_are_as_many_as_promised():
    assert (len(set(NAMES)), len(set(FIELDS))) == (25, 6)


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    change_settings(general={"concurrent_downloads": 16, "per_host_connections": 16, "retry_attempts": 0})
    with MediaServer() as running:
        yield running


def victims(folder: Path) -> list[Path]:
    """Files that a traversal would hit."""
    places = [folder / "outside.jpg", folder.parent / "outside.jpg", folder / NAME / "outside.jpg", folder / "CON.jpg"]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(VICTIM)
    return places


def add(site: FakeSite, server: MediaServer, name: str, number: int) -> dict[str, bytes]:
    """One item for each field that the name stands in; the pictures by field."""
    pictures = {field: picture(number * 10 + place, side=24) for place, field in enumerate(FIELDS)}
    for place, (field, data) in enumerate(pictures.items()):
        path = f"/{number}-{place}"
        header = f"attachment; filename*=UTF-8''{quote(name, safe='')}" if field == "Content-Disposition" else ""
        if field == "URL path":
            path = f"/{number}-{place}-{name}"

        def answer(exchange: Exchange, data: bytes = data, header: str = header) -> None:
            more = {"Content-Disposition": header} if header else {}
            exchange.respond(200, data, {"Content-Type": "image/jpeg", **more})

        server.behave(path, answer)
        fields: dict[str, object] = {}
        if field == "caption and author":
            fields["metadata"] = {"caption": name, "author": name, "title": name, "filename": name}
        if field == "post and page":
            fields |= {"post_id": name, "page_url": f"https://{HOST}/{quote(name)}"}
        media_id = name if field == "media id" else f"m{number}-{place}"
        url = f"{server.base_url}/{quote(path[1:], safe='')}"
        page = f"https://{HOST}/u{number}-{place}"
        site.lists(media(media_id, url, **fields), url=page)
        item = enqueue(page)
        if field == "source":  # past the platform's own rule, which refuses most of them
            QueueItem.objects.filter(pk=item.pk).update(source=name[:120])
    return pictures


def test_nothing_leaves_the_collection_and_nothing_is_overwritten(
    site: FakeSite, server: MediaServer, folder: Path, figures: Figures
):
    kept = victims(folder)
    own = {folder, Path(settings.THUMBNAILS_DIR), Path(settings.RUN_DIR)}  # made at their first use
    around = set(folder.parent.iterdir()) - own
    expected = {data for number, name in enumerate(NAMES) for data in add(site, server, name, number).values()}
    drain()
    failed = QueueItem.objects.exclude(status="completed").values_list("url", "error_code", "error_message")
    assert list(failed) == []
    assert set(folder.parent.iterdir()) - own == around
    assert [path.read_bytes() for path in kept] == [VICTIM] * len(kept)
    stored = [folder / path for path in StoredFile.objects.values_list("path", flat=True)]
    assert {path.read_bytes() for path in stored} == expected
    assert len(stored) == len(set(stored)) == len(NAMES) * len(FIELDS) == Download.objects.count()
    for path in stored:
        assert path.resolve().is_relative_to((folder / NAME).resolve())
        parts = path.relative_to(folder).parts
        assert len(parts) == 3
        assert all(is_harmless(part) for part in parts), parts
    figures.add("25 hostile names in 6 fields", f"{len(stored)} files", "0 outside the collection, 0 overwritten")


def is_harmless(part: str) -> bool:
    """One visible part of a path, of bounded length, that no system takes for something else."""
    hidden = any(unicodedata.category(character)[0] == "C" and character != "\U0001f600" for character in part)
    reserved = part.split(".", maxsplit=1)[0].upper() in {"CON", "NUL", "COM1"}
    return not (hidden or reserved or part.startswith(".") or set(part) & set('/\\:"|?*<>')) and (
        len(part.encode()) <= MAX_PART_BYTES
    )
