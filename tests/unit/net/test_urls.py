"""One spelling for each URL, and what is refused for its syntax alone."""

import hashlib

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.urls import MAX_URL_LENGTH, host_of, media_url_key, normalise_url, origin_of, url_hash


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a?b=c", "http://example.com/a?b=c"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("http://example.com:", "http://example.com/"),
        ("http://example.com./a", "http://example.com/a"),
        ("http://example.com/a#part", "http://example.com/a"),
        ("http://example.com/a/./b/../c", "http://example.com/a/c"),
        ("http://example.com/a/%2e%2E/c", "http://example.com/c"),
        ("http://example.com/../../c/..", "http://example.com/"),
        ("http://example.com/a/b/.", "http://example.com/a/b/"),
        ("http://example.com//a//b", "http://example.com//a//b"),
        ("http://example.com/ä b?ü=ß c", "http://example.com/%C3%A4%20b?%C3%BC=%C3%9F%20c"),
        ("http://example.com/%c3%a4?sig=%2f%2B", "http://example.com/%c3%a4?sig=%2f%2B"),
        ("http://bücher.example/x", "http://xn--bcher-kva.example/x"),
        ("http://BÜCHER.example/x", "http://xn--bcher-kva.example/x"),
        ("http://a_b.example.com/", "http://a_b.example.com/"),
        ("http://[2001:0DB8::0001]:80/", "http://[2001:db8::1]/"),
        ("http://0x7f.0.0.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0177.1/", "http://127.0.0.1/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("  http://example.com/  ", "http://example.com/"),
    ],
)
def test_has_one_spelling(given, normalised):
    assert normalise_url(given) == normalised
    assert normalise_url(normalised) == normalised


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:",
        "http://",
        "http:///path",
        "http:////host/",
        "http://user@example.com/",
        "http://user:pass@example.com/",
        "http://@example.com/",
        "http://example.com\\@evil.example/",
        "http:\\\\example.com\\",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com/\x00",
        "http://example.com/\u2028",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://example.com:port/",
        "http://exam%00ple.com/",
        "http://exam%2fple.com/",
        "http://ex..ample.com/",
        "http://.example.com/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://0xzz.1/",
        "http://08.1.1.1/",
        "http://4294967296/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[v1.x]/",
        "http://[fe80::1%25eth0]/",
        "http://\ud800.example/",
        "http://example.com/\ud800",
        "http://" + "a" * 64 + ".example/",
        "http://xn--.example/\x7f",
        "http://example.com/" + "a" * MAX_URL_LENGTH,
    ],
)
def test_refuses_what_is_no_plain_http_url(url):
    with pytest.raises(MediaError) as caught:
        normalise_url(url)
    assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "BAD_URL")
    assert "http://" in caught.value.detail


def test_hash_is_that_of_the_normalised_url():
    assert url_hash("HTTP://Example.com") == hashlib.sha256(b"http://example.com/").hexdigest()


def test_host_and_origin():
    assert host_of("https://Bücher.example:8443/x") == "xn--bcher-kva.example"
    assert host_of("http://[::1]:8000/") == "::1"
    assert origin_of("https://example.com/") == ("https", "example.com", 443)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "https://a.example/x.jpg?Expires=1&Signature=a&Key-Pair-Id=b",
            "https://a.example/x.jpg?Expires=2&Signature=c",
        ),
        ("https://a.example/x.jpg?X-Amz-Date=1&X-Amz-Signature=2", "https://a.example/x.jpg?X-Amz-Date=3"),
        ("https://a.example/x.jpg?token=a&w=10", "https://a.example/x.jpg?w=10&token=b"),
        (
            "https://scontent-fra3-1.cdninstagram.com/v/t51/1_n.jpg?stp=dst-jpg&_nc_ht=a&oh=1&oe=2&_nc_sid=3",
            "https://scontent-lhr8-2.cdninstagram.com/v/t51/1_n.jpg?stp=dst-jpg&_nc_ht=b&oh=4&oe=5",
        ),
        (
            "https://m.example/get?uri=https%3A%2F%2Fa.example%2F1.jpg%3Foe%3D1&filename=x&__sig=1&__expires=2",
            "https://m.example/get?uri=https%3A%2F%2Fa.example%2F1.jpg%3Foe%3D9&filename=x&__sig=3&__expires=4",
        ),
        ("https://v.example/x.mp4?sv=1&se=2&sig=3&sp=r", "https://v.example/x.mp4?sv=1&se=9&sig=4&sp=r"),
        ("http://a.example/x.jpg", "https://A.example/x.jpg#f"),
    ],
)
def test_key_ignores_what_changes_between_visits(first, second):
    assert media_url_key(first) == media_url_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://a.example/x.jpg", "https://a.example/y.jpg"),
        ("https://a.example/x.jpg", "https://b.example/x.jpg"),
        ("https://a.example/x.jpg?w=100", "https://a.example/x.jpg?w=200"),
        ("https://a.example/download.php?token=a", "https://a.example/download.php?token=b"),
        ("https://a.example/file?id=1", "https://a.example/file?id=2"),
        ("https://s.cdninstagram.com/1.jpg?stp=s640", "https://s.cdninstagram.com/1.jpg?stp=s1080"),
        (
            "https://m.example/get?uri=https%3A%2F%2Fa.example%2F1.jpg",
            "https://m.example/get?uri=https%3A%2F%2Fa.example%2F2.jpg",
        ),
    ],
)
def test_key_keeps_what_selects_the_medium(first, second):
    assert media_url_key(first) != media_url_key(second)
