"""Servers that lie, through the whole engine: what ends as `completed` is the right file, always."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from downloads.models import Download
from mediadl.net.transfer import FetchResult, Transfer, TransferRequest
from queue_app.engine import fetching
from queue_app.models import Outcome, QueueItem
from queue_app.states import ENDED
from tests.fakes.certificates import make_certificate
from tests.fakes.hostile_behaviours import HOSTILE_NAMES, WHOLE, HostileCase, hostile_cases
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.soak.measuring import Figures
from tests.unit.net.fetching import SHORT_TIMES
from tests.unit.queue_app.building import change_settings, drain, enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.conftest import _quick_waits, site
from tests.unit.queue_app.fake_site import HOST, FakeSite

__all__ = ["_quick_waits", "site"]
pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "broker"]),
    pytest.mark.timeout(7200),
]
# What follows a picture's end marker is not verified: any beginning of at least a picture, with anything behind
# it, passes. So only the transfer can tell a wrong mixture, and a case here ends wrong if it does not.
PICTURE = picture(5, side=260)
BODY = PICTURE + random.Random(5).randbytes(100_000)
OTHER = PICTURE + random.Random(6).randbytes(100_000)
_QUARTER = len(BODY) // 4
# Another version of the same length that is equal around the middle, where a resume compares.
ALIKE = OTHER[:_QUARTER] + BODY[_QUARTER : 3 * _QUARTER] + OTHER[3 * _QUARTER :]
JPEG = {"Content-Type": "image/jpeg"}
FAILS = "FAILS"
Behaviour = Callable[[Exchange], None]


def cut_then(behaviour: Behaviour, *, etag: str = '"v1"') -> Behaviour:
    """The connection breaks in the middle of the first answer; ``behaviour`` meets the resume."""

    def answer(exchange: Exchange) -> None:
        if exchange.request.number > 1:
            behaviour(exchange)
            return
        exchange.send_head(200, {**JPEG, "ETag": etag, "Accept-Ranges": "bytes", "Content-Length": str(len(BODY))})
        exchange.send_body(BODY[: len(BODY) // 2])
        exchange.wait(0.3)
        exchange.reset()

    return answer


def start_of(exchange: Exchange) -> int:
    """Where the client wants to go on; 0 if it starts over."""
    return int(exchange.request.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")[0] or 0)


def part(data: bytes, *, shift: int = 0, total: int | None = None, etag: str = '"v1"') -> Behaviour:
    """Answers a range with 206 from ``data``; ``shift``: the range it claims is another one."""

    def answer(exchange: Exchange) -> None:
        start = start_of(exchange)
        if not start:
            exchange.respond(200, BODY, {**JPEG, "ETag": etag})
            return
        piece = data[start:]
        shown = f"bytes {start + shift}-{len(data) - 1 + shift}/{total or len(data)}"
        exchange.send_head(206, {**JPEG, "ETag": etag, "Content-Range": shown, "Content-Length": str(len(piece))})
        exchange.send_body(piece)

    return answer


def not_satisfiable(total: int) -> Behaviour:
    """416 to every range, the file to all else."""

    def answer(exchange: Exchange) -> None:
        if start_of(exchange):
            exchange.respond(416, b"", {"Content-Range": f"bytes */{total}"})
        else:
            exchange.respond(200, BODY, JPEG)

    return answer


def without_length(exchange: Exchange) -> None:
    """All of it, whatever was asked for, so that the length does not give away that it was appended."""
    exchange.send_head(200, JPEG)
    exchange.send_body(BODY)
    exchange.close()


def moved(behaviour: Behaviour) -> Behaviour:
    """The rest is elsewhere by now, where ``behaviour`` answers."""

    def answer(exchange: Exchange) -> None:
        if exchange.request.query.get("there"):
            behaviour(exchange)
        else:
            exchange.respond(302, b"", {"Location": f"{exchange.request.path}?there=1"})

    return answer


def named(header: str) -> Behaviour:
    """The file under a hostile name, in a charset that there is not."""
    kind = "image/jpeg; charset=no-such-charset"
    return lambda exchange: exchange.respond(200, BODY, {"Content-Type": kind, "Content-Disposition": header})


def content(data: bytes, kind: str = "image/jpeg") -> Behaviour:
    return lambda exchange: exchange.respond(200, data, {"Content-Type": kind})


GIF_PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
OF_THE_ENGINE = [
    HostileCase("resume", cut_then(part(BODY)), WHOLE),
    HostileCase("resume-wrong-offset", cut_then(part(ALIKE, shift=-7)), WHOLE),
    HostileCase("resume-wrong-total", cut_then(part(ALIKE, total=len(BODY) + 5)), WHOLE),
    HostileCase("resume-200", cut_then(without_length), WHOLE),
    HostileCase("resume-416", cut_then(not_satisfiable(len(BODY))), WHOLE),
    HostileCase("resume-416-half", cut_then(not_satisfiable(len(BODY) // 2)), WHOLE),
    HostileCase("resume-longer-version", cut_then(part(ALIKE + bytes(9))), WHOLE),
    HostileCase("resume-weak-etag", cut_then(part(ALIKE, etag='W/"v1"'), etag='W/"v1"'), WHOLE),
    HostileCase("resume-new-etag", cut_then(part(ALIKE, etag='"v2"')), WHOLE),
    HostileCase("resume-same-etag-other-bytes", cut_then(part(OTHER)), WHOLE),
    HostileCase("resume-moved", cut_then(moved(part(BODY))), WHOLE),
    HostileCase("resume-moved-200", cut_then(moved(without_length)), WHOLE),
    HostileCase("resume-moved-other", cut_then(moved(part(ALIKE, etag='"v2"'))), WHOLE),
    HostileCase("resume-moved-to-a-page", cut_then(moved(content(b"<!DOCTYPE html><title>Log in</title>"))), FAILS),
    HostileCase("placeholder", content(GIF_PIXEL, "image/gif"), FAILS),
    HostileCase("svg", content(b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), FAILS),
    HostileCase("polyglot", content(b"GIF89a/*<html><script>alert(1)</script>*/=1;"), FAILS),
    HostileCase("cut-but-whole-by-length", content(PICTURE[: len(PICTURE) * 2 // 3]), FAILS),
    *(HostileCase(f"name-{name}", named(header), WHOLE) for name, header in HOSTILE_NAMES.items()),
]


class ShortTransfer(Transfer):
    """Time-outs of under a second, and files of at most three times the size."""

    def __init__(self) -> None:
        super().__init__(timeouts=SHORT_TIMES)

    def fetch(self, request: TransferRequest) -> FetchResult:
        return super().fetch(replace(request, max_bytes=3 * len(BODY)))


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "Transfer", ShortTransfer)


@pytest.fixture
def servers(site: FakeSite, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Each case has a server, so a host, of its own; the URL by the case's name."""
    with ExitStack() as stack:
        urls = {}
        for number, case in enumerate([*hostile_cases(BODY), *OF_THE_ENGINE]):
            server = stack.enter_context(MediaServer(host=f"127.0.2.{number + 1}"))
            urls[case.name] = server.behave(f"/{case.name}", case.behaviour)
            server.behave("/cookie", case.behaviour)
        certificate = make_certificate(tmp_path)
        tls = stack.enter_context(MediaServer({"/tls": OTHER}, host="127.0.3.1", tls=certificate.context))
        urls["tls-untrusted"] = tls.url_of("/tls")
        yield urls


def test_none_ends_as_a_wrong_completed(
    site: FakeSite, folder: Path, servers: dict[str, str], short_limits: None, figures: Figures, repeat: int
):
    change_settings(general={"concurrent_downloads": 16, "retry_attempts": 3})
    cases = {case.name: case for case in [*hostile_cases(BODY), *OF_THE_ENGINE]}
    items: dict[str, QueueItem] = {}
    for name, url in servers.items():
        headers = dict(cases[name].headers) if name in cases else {}
        page = f"https://{HOST}/{name}"
        site.lists(media(name, url, headers=headers), url=page)
        items[name] = enqueue(page)

    def all_ended() -> bool:
        drain()
        waiting = QueueItem.objects.exclude(status__in=[status.value for status in ENDED])
        return not waiting.exclude(reason="rate_limited").exists()

    eventually(all_ended, 120)
    expected = hashlib.sha256(BODY).hexdigest()
    ends = {name: fresh(item) for name, item in items.items()}
    for name, item in ends.items():
        if item.status == "completed":
            (download,) = Download.objects.filter(queue_item_id=item.pk)
            assert download.file_hash == expected, f"{name} is a wrong file"
            assert (Path(download.file.root.path) / download.file.path).read_bytes() == BODY, name
        else:
            assert item.error_message or item.status == "pending", name
            assert not Outcome.objects.filter(item=item, outcome="downloaded").exists(), name
    whole = {name for name, case in cases.items() if case.expected == WHOLE}
    assert {name: ends[name].error_code for name in whole if ends[name].status != "completed"} == {}
    assert [name for name, case in cases.items() if case.expected == FAILS and ends[name].status == "completed"] == []
    stored = [path for path in folder.rglob("*") if path.is_file() and ".partial" not in path.parts]
    assert {path.read_bytes() for path in stored} == {BODY}
    assert not [path for path in stored if "of-the-redirect" in path.name], "a redirect's own name counts for nothing"
    figures.tally(f"{len(servers)} hostile servers through the whole engine", "none ended as a wrong `completed`")
