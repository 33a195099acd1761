"""Uploaded cookies: both formats, only the site's own, a sign-in among them, still valid."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from platforms.contract import SignIn
from platforms.cookie_upload import CookieUploadError, checked_cookies, read_cookies

INSTAGRAM = SignIn(("instagram.com",), ("sessionid",))
# Of the day, since it stands in the tests' names, and all of pytest's workers must find the same ones.
LATER = int((clock.now() + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
EARLIER = int(datetime(2020, 9, 3, tzinfo=UTC).timestamp())


def line(name: str, value: str = "v4lue", *, domain: str = ".instagram.com", expires: int = LATER) -> str:
    return f"#HttpOnly_{domain}\tTRUE\t/\tTRUE\t{expires}\t{name}\t{value}"


def row(name: str, value: str = "v4lue", *, domain: str = ".instagram.com", **more: object) -> dict[str, object]:
    """As Cookie-Editor and EditThisCookie export one."""
    return {
        "domain": domain, "hostOnly": False, "httpOnly": True, "name": name, "path": "/", "sameSite": "lax",
        "secure": True, "session": False, "storeId": "0", "value": value, "expirationDate": LATER + 0.52, **more,
    }  # fmt: skip


def check(text: str, sign_in: SignIn | None = INSTAGRAM, domains: tuple[str, ...] = ("instagram.com",)):
    return checked_cookies(text, domains=domains, sign_in=sign_in)


FORMATS = {
    "netscape": "# Netscape HTTP Cookie File\n" + line("sessionid") + "\n" + line("csrftoken"),
    "extension": json.dumps([row("sessionid"), row("csrftoken")]),
    "object": json.dumps({"url": "https://www.instagram.com", "cookies": [row("sessionid"), row("csrftoken")]}),
    "browser state": json.dumps(
        {"cookies": [{"name": n, "value": "v4lue", "domain": ".instagram.com", "path": "/", "expires": LATER,
                      "httpOnly": True, "secure": True, "sameSite": "Lax"} for n in ("sessionid", "csrftoken")]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_cookies(text):
    checked = check(text)
    assert [(one.domain, one.name, one.value, one.secure, one.http_only) for one in checked.cookies] == [
        ("instagram.com", "sessionid", "v4lue", True, True),
        ("instagram.com", "csrftoken", "v4lue", True, True),
    ]
    assert checked.expires_at == datetime.fromtimestamp(LATER, UTC)
    assert checked.has_sign_in


def test_other_sites_cookies_are_dropped():
    checked = check("\n".join([line("sessionid"), line("SID", domain=".google.com"), line("x", domain=".m.com")]))
    assert [one.domain for one in checked.cookies] == ["instagram.com"]
    assert checked.dropped == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (line("SID", domain=".google.com"), "These cookies belong to google.com"),
        (line("sessionid", domain=".notinstagram.com"), "notinstagram.com"),
        (line("csrftoken"), "no sign-in among these cookies"),
        (line("sessionid", ""), "no sign-in among these cookies"),
        (line("sessionid", expires=EARLIER), "expired on 3 September 2020"),
        (line("csrftoken") + "\n" + line("sessionid", expires=EARLIER), "expired on 3 September 2020"),
        ("hello", "Line 1 is not a cookie"),
        ("", "no cookies in it"),
        ("{", "The JSON cannot be read"),
        ("[" * 100_000, "The JSON cannot be read"),
        ("{}", "no list of cookies"),
        ("[1]", "Cookie 1 of the JSON"),
        (json.dumps([{"domain": "instagram.com", "name": "sessionid", "value": 1}]), "Cookie 1 of the JSON"),
        (json.dumps([row("sessionid", "a\nb")]), "control characters"),
        ("x" * 1_000_000, "too large"),
        (line("sessionid", expires=10**400), "cannot be read"),
    ],
)
def test_says_what_is_wrong_without_a_value(text, says):
    with pytest.raises(CookieUploadError, match=says) as refused:
        check(text)
    assert "v4lue" not in str(refused.value)


def test_a_cookie_of_the_browser_session_has_no_end():
    assert check(json.dumps([row("sessionid", session=True, expirationDate=None)])).expires_at is None


def test_of_a_host_any_cookie_is_taken_and_a_missing_sign_in_told():
    host = ("forum.example.org",)
    assert check(line("xf_user", domain="forum.example.org"), None, host).has_sign_in
    assert check(line("phpbb3_ab_sid", domain=".example.org"), None, host).has_sign_in
    plain = check(line("theme", domain=".example.org"), None, host)
    assert not plain.has_sign_in
    with pytest.raises(CookieUploadError):
        check(line("xf_user", domain=".org"), None, host)


def test_reads_a_byte_order_mark_and_windows_line_ends():
    assert len(read_cookies("\ufeff# Netscape\r\n" + line("a") + "\r\n" + line("b") + "\r\n")) == 2


@pytest.mark.parametrize("expires", ["9" * 14, "9" * 300, "9" * 5000, "99999999999999.5"])
def test_an_end_beyond_all_dates_is_the_last_day_or_refused(expires):
    """A file that says so must not become a crash."""
    text = f".instagram.com\tTRUE\t/\tTRUE\t{expires}\tsessionid\tv4lue"
    try:
        assert check(text).expires_at.year == 9999
    except CookieUploadError:
        assert len(expires) > 300
