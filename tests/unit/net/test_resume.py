"""Going on with a partial file: only ever with bytes of the same version."""

import hashlib
import random

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.transfer import Transfer
from mediadl.net.validators import Validators
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import DEFAULT_LAST_MODIFIED, MediaServer
from tests.product.running import wait_for
from tests.unit.net.fetching import SHORT_TIMES, fetch, validators

OLD = random.Random(1).randbytes(400_000)
NEW = random.Random(2).randbytes(400_000)
HAVE = 150_000


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "file.part"
    path.write_bytes(OLD[:HAVE])
    return path


@pytest.fixture
def server():
    with MediaServer() as running:
        yield running


def assert_whole(part, result, body):
    assert part.read_bytes() == body
    assert (result.size, result.sha256) == (len(body), hashlib.sha256(body).hexdigest())


def answer_range(content_range: str | None, body: bytes, **headers: str):
    """Answers a range with this ``Content-Range`` and body, and a request without one correctly."""

    def behaviour(exchange: Exchange) -> None:
        if "range" not in exchange.request.headers:
            exchange.respond(200, OLD, {"ETag": '"v1"'})
            return
        extra = {"Content-Range": content_range} if content_range else {}
        exchange.respond(206, body, extra | {name.replace("_", "-"): value for name, value in headers.items()})

    return behaviour


def test_goes_on_behind_the_bytes_on_disk(server, part):
    server.add("/f", OLD, etag='"v1"')
    url = server.url_of("/f")
    seen: list[Validators] = []
    result = fetch(url, part, resume=validators(url, total=len(OLD)), on_validators=seen.append)
    assert_whole(part, result, OLD)
    assert (result.status, result.resumed_from) == (206, HAVE)
    assert result.received_bytes <= len(OLD) - HAVE + 4096
    wait_for(lambda: server.bytes_sent("/f") == result.received_bytes, 10, "the server has counted what it sent")
    request = server.requests_for("/f")[0]
    assert request.headers["if-range"] == '"v1"'
    assert seen == []  # those on disk stay valid


def test_goes_on_by_date_where_there_is_no_etag(server, part):
    server.add("/f", OLD, etag="")
    url = server.url_of("/f")
    result = fetch(url, part, resume=validators(url, etag="", last_modified=DEFAULT_LAST_MODIFIED, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert result.resumed_from == HAVE


def test_resumes_after_a_break_with_what_was_stored_then(server, tmp_path):
    part = tmp_path / "p"
    server.add("/f", OLD, etag='"v1"')
    server.hold("/f", 200_000)
    stored: list[Validators] = []
    with pytest.raises(MediaError):
        fetch(server.url_of("/f"), part, on_validators=stored.append)
    server.release("/f")
    result = fetch(server.url_of("/f"), part, resume=stored[-1])
    assert_whole(part, result, OLD)
    assert result.resumed_from == 200_000


def test_another_version_starts_over(server, part):
    server.add("/f", NEW, etag='"v2"')
    url = server.url_of("/f")
    seen: list[Validators] = []
    result = fetch(url, part, resume=validators(url, total=len(OLD)), on_validators=seen.append)
    assert_whole(part, result, NEW)
    assert (result.status, result.resumed_from) == (200, 0)
    assert seen[0].etag == '"v2"'


def test_a_server_that_ignores_ranges_starts_over(server, part):
    server.add("/f", OLD, etag='"v1"', ranges=False)
    url = server.url_of("/f")
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert result.resumed_from == 0


def test_other_bytes_under_the_same_etag_are_found_out(server, part):
    server.add("/f", NEW, etag='"v1"')
    url = server.url_of("/f")
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, NEW)
    assert result.resumed_from == 0


def test_a_shorter_file_than_what_is_on_disk_starts_over(server, part):
    server.add("/f", NEW[:1000], etag='"v1"')
    url = server.url_of("/f")
    assert_whole(part, fetch(url, part, resume=validators(url, total=None)), NEW[:1000])
    part.write_bytes(OLD[:HAVE])
    assert_whole(part, fetch(url, part, resume=validators(url, total=1000)), NEW[:1000])
    assert "range" not in server.requests[-1].headers


first = HAVE - 4096


@pytest.mark.parametrize(
    ("content_range", "body"),
    [
        (None, OLD[first:]),
        ("bytes", OLD[first:]),
        (f"bytes {first}-{len(OLD) - 1}/{len(OLD) + 1}", OLD[first:]),
        (f"bytes {first + 1}-{len(OLD) - 1}/{len(OLD)}", OLD[first + 1 :]),
        (f"bytes {first - 1}-{len(OLD) - 1}/{len(OLD)}", OLD[first - 1 :]),
        (f"bytes 0-{len(OLD) - 1}/{len(OLD)}", OLD),
        (f"bytes {len(OLD) - 1}-{first}/{len(OLD)}", OLD[first:]),
        (f"bytes {first}-{len(OLD)}/{len(OLD)}", OLD[first:]),
        (f"bytes {first}-{len(OLD) - 2}/{len(OLD)}", OLD[first:]),
        (f"items {first}-{len(OLD) - 1}/{len(OLD)}", OLD[first:]),
        (f"bytes {first}-{len(OLD) - 1}/{len(OLD)}", NEW[first:]),
    ],
)
def test_a_wrong_part_starts_over(server, part, content_range, body):
    url = server.behave("/f", answer_range(content_range, body))
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert (result.resumed_from, server.request_count("/f")) == (0, 2)


@pytest.mark.parametrize("headers", [{"ETag": '"v2"'}, {"Content_Encoding": "gzip"}])
def test_a_part_of_another_representation_starts_over(server, part, headers):
    url = server.behave("/f", answer_range(f"bytes {first}-{len(OLD) - 1}/{len(OLD)}", OLD[first:], **headers))
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert result.resumed_from == 0


def test_a_part_that_ends_early_is_kept_and_tried_again(server, part):
    end = HAVE + 50_000
    url = server.behave("/f", answer_range(f"bytes {first}-{end - 1}/{len(OLD)}", OLD[first:end]))
    with pytest.raises(MediaError) as caught:
        fetch(url, part, resume=validators(url, total=len(OLD)))
    assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, "SHORT_BODY")
    assert part.read_bytes() == OLD[:end]


def test_a_part_of_unknown_total_is_used_up_to_the_known_one(server, part):
    url = server.behave("/f", answer_range(f"bytes {first}-{len(OLD) - 1}/*", OLD[first:]))
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert result.resumed_from == HAVE


def test_416_means_whole_if_its_size_is_that_on_disk(server, part):
    part.write_bytes(OLD)
    url = server.behave("/f", lambda e: e.respond(416, b"", {"Content-Range": f"bytes */{len(OLD)}"}))
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert (result.status, result.resumed_from, result.received_bytes) == (416, len(OLD), 0)


@pytest.mark.parametrize("content_range", ["bytes */400001", "bytes */150001", "bytes */*", "", "400000"])
def test_any_other_416_starts_over(server, part, content_range):
    def behaviour(exchange: Exchange) -> None:
        if "range" in exchange.request.headers:
            exchange.respond(416, b"", {"Content-Range": content_range})
        else:
            exchange.respond(200, OLD)

    url = server.behave("/f", behaviour)
    result = fetch(url, part, resume=validators(url, total=None))
    assert_whole(part, result, OLD)
    assert result.resumed_from == 0


def test_416_of_the_right_size_but_not_the_total_known_starts_over(server, part):
    def behaviour(exchange: Exchange) -> None:
        if "range" in exchange.request.headers:
            exchange.respond(416, b"", {"Content-Range": f"bytes */{HAVE}"})
        else:
            exchange.respond(200, OLD)

    url = server.behave("/f", behaviour)
    assert_whole(part, fetch(url, part, resume=validators(url, total=len(OLD))), OLD)


def test_416_without_a_range_is_an_error(server, part):
    url = server.behave("/f", lambda e: e.respond(416, b"", {"Content-Range": f"bytes */{HAVE}"}))
    with pytest.raises(MediaError, match="HTTP_416"):
        fetch(url, part)


def test_a_whole_file_on_disk_is_confirmed_with_a_few_bytes(server, part):
    part.write_bytes(OLD)
    server.add("/f", OLD, etag='"v1"')
    url = server.url_of("/f")
    result = fetch(url, part, resume=validators(url, total=len(OLD)))
    assert_whole(part, result, OLD)
    assert (result.resumed_from, server.bytes_sent("/f") <= 4096) == (len(OLD), True)


@pytest.mark.parametrize(
    "resume",
    [
        Validators("", "", len(OLD), "URL"),
        Validators('"v1"', "", len(OLD), "http://other.example/f"),
        Validators('"v1"', "", HAVE - 1, "URL"),
    ],
    ids=["nothing that tells versions apart", "another URL", "more on disk than there is"],
)
def test_without_usable_validators_no_part_is_asked_for(server, part, resume):
    server.add("/f", OLD, etag='"v1"')
    url = server.url_of("/f")
    usable = Validators(resume.etag, resume.last_modified, resume.total, resume.url.replace("URL", url))
    assert_whole(part, fetch(url, part, resume=usable), OLD)
    assert "range" not in server.requests[0].headers


def test_a_renewed_signature_is_the_same_url(server, part):
    server.add("/f.jpg", OLD, etag='"v1"')
    url = server.url_of("/f.jpg")
    result = fetch(
        f"{url}?Expires=2&Signature=b", part, resume=validators(f"{url}?Expires=1&Signature=a", total=len(OLD))
    )
    assert_whole(part, result, OLD)
    assert result.resumed_from == HAVE


@pytest.mark.parametrize(
    ("headers", "etag", "date"),
    [
        ({"ETag": 'W/"v1"'}, "", ""),
        ({"ETag": '"v1"'}, '"v1"', ""),
        ({"ETag": "v1"}, "", ""),
        ({"ETag": '""'}, "", ""),
        ({"Last-Modified": DEFAULT_LAST_MODIFIED}, "", DEFAULT_LAST_MODIFIED),
        ({"Last-Modified": DEFAULT_LAST_MODIFIED, "Date": "Mon, 13 Oct 2025 15:45:24 GMT"}, "", DEFAULT_LAST_MODIFIED),
        ({"Last-Modified": DEFAULT_LAST_MODIFIED, "Date": DEFAULT_LAST_MODIFIED}, "", ""),
        ({"Last-Modified": "yesterday"}, "", ""),
        ({"ETag": '"v1"', "Content-Encoding": "identity"}, '"v1"', ""),
    ],
)
def test_only_strong_validators_are_kept(server, tmp_path, headers, etag, date):
    seen: list[Validators] = []
    url = server.behave("/f", lambda e: e.respond(200, OLD, headers))
    fetch(url, tmp_path / "p", on_validators=seen.append)
    assert seen == [Validators(etag, date, len(OLD), url)]


def test_one_connection_is_enough_for_a_start_over(server, part):
    server.add("/f", NEW, etag='"v2"')
    transfer = Transfer(timeouts=SHORT_TIMES)
    url = server.url_of("/f")
    fetch(url, part, transfer=transfer, resume=validators(url, total=len(OLD)))
    assert server.connections == 1
    transfer.close()
