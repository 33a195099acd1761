"""What goes with requests to a site: stored encrypted, by platform and host, never shown again."""

import json
import stat
from datetime import timedelta

import pytest
from django.db import connection

from mediadl import clock
from mediadl.accounts.models import AuditEntry
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from platforms import access_selectors, access_services
from platforms.access import NO_ACCESS, access_for, has_cookies
from platforms.access_store import forget_known_sites
from platforms.cookie_files import cookies_file
from platforms.models import StoredAccess
from tests.unit.platforms.test_cookie_upload import line

pytestmark = pytest.mark.django_db
SECRET = "v3ry-s3cret-c00kie"
PROXY = "socks5h://me:pr0xy-s3cret@proxy.example:1080"


def store(site: str = "instagram", **options: object) -> None:
    domain = ".instagram.com" if site == "instagram" else site
    access_services.store_cookies(site, line("sessionid", SECRET, domain=domain, **options), user=None)


def test_nothing_is_set_at_first():
    assert access_for("instagram", "https://www.instagram.com/a/") is NO_ACCESS
    assert not has_cookies("instagram")


def test_cookies_reach_requests_of_their_platform_only():
    store()
    found = access_for("instagram", "https://www.instagram.com/a/")
    assert [(one.name, one.value) for one in found.cookies] == [("sessionid", SECRET)]
    assert access_for("tiktok", "https://www.tiktok.com/@a").cookies == ()
    assert has_cookies("instagram")


def test_cookies_of_a_host_serve_it_and_the_hosts_below_whatever_the_platform():
    store("forum.example")
    for platform, url in (("forum", "https://forum.example/t/1"), ("web", "https://img.forum.example/a.jpg")):
        assert len(access_for(platform, url).cookies) == 1
    for url in ("https://example/", "https://notforum.example/", "https://forum.example.evil.test/"):
        assert access_for("web", url).cookies == ()


def test_a_host_s_proxy_and_user_agent_count_more_than_the_platform_s():
    access_services.set_connection("web", proxy="http://all.example:3128", user_agent="All/1", user=None)
    access_services.set_connection("site.example", proxy=PROXY, user=None)
    there = access_for("web", "https://www.site.example/a")
    assert (there.proxy_url, there.user_agent) == (PROXY, "All/1")
    assert access_for("web", "https://other.example/a").proxy_url == "http://all.example:3128"


def test_secrets_are_encrypted_at_rest_and_shown_nowhere():
    store()
    access_services.set_connection("instagram", proxy=PROXY, user_agent="Mine/1", user=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM platforms_storedaccess")
        stored = str(cursor.fetchall())
    shown = str(access_selectors.list_sites()) + str(list(AuditEntry.objects.values()))
    for text in (stored, shown):
        assert SECRET not in text
        assert "pr0xy-s3cret" not in text
    assert "socks5h://***@proxy.example:1080" in shown


@pytest.mark.parametrize(
    ("days", "state"), [(30, "valid"), (2, "expires_soon"), (0, "valid")], ids=["valid", "soon", "no end"]
)
def test_the_state_of_cookies_is_told(days, state):
    store(expires=int((clock.now() + timedelta(days=days)).timestamp()) if days else 0)
    assert access_selectors.get_site("instagram").cookie_state == state
    assert has_cookies("instagram")


def test_cookies_that_ran_out_count_as_none():
    store()
    StoredAccess.objects.update(cookies_expire_at=clock.now() - timedelta(seconds=1), changed_at=clock.now())
    forget_known_sites()
    assert access_selectors.get_site("instagram").cookie_state == "expired"
    assert [row.site for row in access_selectors.troubled_sites()] == ["instagram"]
    assert not has_cookies("instagram")


def test_cookies_of_another_installation_are_told_and_never_fail_a_request(settings):
    store()
    settings.SETTINGS_ENCRYPTION_KEY = "another"
    forget_known_sites()
    assert access_for("instagram", "https://www.instagram.com/").cookies == ()
    assert access_selectors.get_site("instagram").cookie_state == "unreadable"


def test_removing_the_last_of_a_site_removes_the_site():
    store()
    access_services.set_connection("instagram", user_agent="Mine/1", user=None)
    access_services.remove_cookies("instagram", user=None)
    assert not has_cookies("instagram")
    assert access_selectors.get_site("instagram").user_agent == "Mine/1"
    access_services.set_connection("instagram", user_agent="", user=None)
    with pytest.raises(NotFoundError):
        access_selectors.get_site("instagram")
    for remove in (access_services.remove_cookies, access_services.forget_site):
        with pytest.raises(NotFoundError):
            remove("instagram", user=None)


@pytest.mark.parametrize(
    "proxy",
    ["proxy.example", "ftp://a.example", "http://", "http://a.example:99999", "http://a.example/path",
     "http://a b.example", "http://a.example\x00", "http://[::1", "javascript:alert(1)", f"socks5://{'u' * 256}:p@h:1"],
)  # fmt: skip
def test_refuses_what_is_no_proxy(proxy):
    with pytest.raises(InvalidFieldsError):
        access_services.set_connection("web", proxy=proxy, user=None)


@pytest.mark.parametrize("agent", ["a\nb", "ü", "x" * 301])
def test_refuses_what_is_no_user_agent(agent):
    with pytest.raises(InvalidFieldsError):
        access_services.set_connection("web", user_agent=agent, user=None)


def test_a_site_is_named_as_people_do():
    assert access_services.clean_site(" https://www.Forum.example/thread/1 ") == "forum.example"
    assert access_services.clean_site("Instagram") == "instagram"
    for text in ("", "nonsense", "a b.example", "http://[::1"):
        with pytest.raises(InvalidFieldsError):
            access_services.clean_site(text)


def test_a_platform_of_many_sites_has_no_cookies_of_its_own():
    with pytest.raises(InvalidFieldsError, match="name the host"):
        access_services.store_cookies("forum", line("xf_user"), user=None)


def test_the_file_for_a_child_is_private_and_gone_afterwards():
    store()
    cookies = access_for("instagram", "https://www.instagram.com/").cookies
    with cookies_file(cookies) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert SECRET in path.read_text()
    assert not path.parent.exists()


def test_a_browser_s_json_is_stored_like_a_file():
    row = {"domain": ".instagram.com", "name": "sessionid", "value": SECRET, "hostOnly": False, "session": True}
    access_services.store_cookies("instagram", json.dumps([row]), user=None)
    assert access_for("instagram", "https://www.instagram.com/").cookies[0].value == SECRET
