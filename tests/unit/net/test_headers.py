"""Reading what servers say: headers, waiting times, suggested names, cookies files."""

from datetime import UTC, datetime

import pytest

from mediadl.clock import clock_set_to
from mediadl.net.content_disposition import suggested_name
from mediadl.net.cookies import Cookie, parse_cookies_txt
from mediadl.net.headers import HeaderCollector, HeaderMap
from mediadl.net.retry_after import parse_http_date, retry_after_seconds
from tests.fakes.hostile_behaviours import HOSTILE_NAMES

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def collect(*lines: bytes) -> HeaderCollector:
    collector = HeaderCollector()
    for line in lines:
        collector.take(line)
    return collector


def test_names_in_any_case_and_several_values():
    headers = HeaderMap([("Set-Cookie", "a"), ("set-cookie", "b"), ("ETag", "x")])
    assert (headers["SET-COOKIE"], headers.all("Set-Cookie"), headers["etag"]) == ("a, b", ["a", "b"], "x")
    assert headers.get("None") is None
    assert headers.all("none") == []
    assert set(headers) == {"set-cookie", "etag"}


def test_interim_answers_are_passed_over():
    collector = HeaderCollector()
    assert not collector.take(b"HTTP/1.1 103 Early Hints\r\n")
    assert not collector.take(b"Link: </a>\r\n")
    assert not collector.take(b"\r\n")
    assert not collector.take(b"HTTP/2 200\r\n")
    assert not collector.take(b"A: 1\r\n")
    assert collector.take(b"\r\n")
    assert (collector.status, dict(collector.headers())) == (200, {"a": "1"})


def test_folded_lines_and_other_charsets():
    headers = collect(
        b"HTTP/1.1 200 OK\r\n", b"A: one\r\n", b"  two\r\n", "B: ü".encode(), b"\r\nC: \xfc\r\n"[2:]
    ).headers()
    assert (headers["A"], headers["B"], headers["C"]) == ("one two", "ü", "ü")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("86401", 86400.0),
        ("9" * 30, 86400.0),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60.0),
        ("Tuesday, 24-Nov-26 12:01:00 GMT", 60.0),
        ("Tue Nov 24 12:01:00 2026", 60.0),
        ("Tue, 24 Nov 2026 14:01:00 +0200", 60.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 86400.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Tue, 99 Nov 2026 12:01:00 GMT", None),
    ],
)
def test_waiting_times(value, seconds):
    with clock_set_to(lambda: NOW):
        assert retry_after_seconds(HeaderMap([("Retry-After", value)])) == seconds


def test_no_waiting_time():
    assert retry_after_seconds(HeaderMap([])) is None


def test_dates_are_utc():
    assert parse_http_date("Mon, 13 Oct 2025 15:45:23 GMT") == datetime(2025, 10, 13, 15, 45, 23, tzinfo=UTC)
    assert parse_http_date("") is None
    assert parse_http_date("Mon, 13 Oct 99999 15:45:23 GMT") is None


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", ""),
        ("inline", ""),
        ("attachment", ""),
        ("attachment; filename=a.jpg", "a.jpg"),
        ('attachment; filename="a b.jpg"', "a b.jpg"),
        ('attachment; filename="a;b.jpg"', "a;b.jpg"),
        (r'attachment; filename="a\"b.jpg"', 'a"b.jpg'),
        ('attachment; filename="a.jpg', "a.jpg"),
        ('filename="a.jpg"', "a.jpg"),
        ("attachment; FILENAME=a.jpg; x=y", "a.jpg"),
        ("attachment; filename=a.jpg; filename=b.jpg", "a.jpg"),
        ("attachment; filename=\"plain.jpg\"; filename*=UTF-8''%c3%bc.jpg", "ü.jpg"),
        ("attachment; filename*=UTF-8''%c3%bc.jpg; filename=plain.jpg", "ü.jpg"),
        ("attachment; filename*=iso-8859-1'en'%fc.jpg", "ü.jpg"),
        ("attachment; filename*=koi8-r''%fc.jpg; filename=plain.jpg", "plain.jpg"),
        ('attachment; filename="%c3%bc.jpg"', "ü.jpg"),
        ('attachment; filename="100%.jpg"', "100%.jpg"),
        ('attachment; filename="%ff.jpg"', "%ff.jpg"),
        ('attachment; filename="été.jpg"', "été.jpg"),
        ('attachment; filename="/etc/passwd"', "passwd"),
        ('attachment; filename=".."', ""),
        ('attachment; filename=".hidden"', "hidden"),
        ('attachment; filename="x.jpg. "', "x.jpg"),
    ],
)
def test_suggested_names(header, name):
    assert suggested_name(header) == name


@pytest.mark.parametrize("header", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_lose_their_teeth(header):
    name = suggested_name(header)
    assert len(name) <= 255
    assert not set(name) & set("/\\\0\u202e\n")
    assert not name.startswith(".")


COOKIES = """# Netscape HTTP Cookie File
.example.com\tTRUE\t/\tTRUE\t2000000000\tsession\tabc
#HttpOnly_forum.example\tFALSE\t/x\tFALSE\t0\tid\t
www.example.org\tFALSE\t/\tFALSE\t0\tempty
# a comment

"""


def test_cookies_files():
    assert parse_cookies_txt(COOKIES) == [
        Cookie("example.com", "session", "abc", "/", include_subdomains=True, secure=True, expires=2000000000),
        Cookie("forum.example", "id", "", "/x", include_subdomains=False, http_only=True),
        Cookie("www.example.org", "empty", "", include_subdomains=False),
    ]


def test_cookies_files_survive_a_round_trip():
    cookies = parse_cookies_txt(COOKIES)
    assert parse_cookies_txt("\n".join(cookie.netscape_line() for cookie in cookies)) == cookies


@pytest.mark.parametrize(
    "text", ["session=abc", "a\tb\tc", ".a\tTRUE\t/\tTRUE\tsoon\tn\tv", ".a\tTRUE\t/\tTRUE\t0\tn;x\tv"]
)
def test_what_is_no_cookies_file(text):
    with pytest.raises(ValueError, match=r"cookie"):
        parse_cookies_txt(text)
