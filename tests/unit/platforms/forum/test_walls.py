"""Threads that cannot be read say why, by a code that does not change."""

import pytest

from mediadl.media import FailureKind, MediaError
from platforms.forum.adapter import ForumAdapter
from tests.fakes.forum_discourse import DiscourseFake
from tests.fakes.forum_xenforo import XenforoFake

NEEDS_PERSON, GONE, CHANGED = FailureKind.NEEDS_PERSON, FailureKind.GONE, FailureKind.SITE_CHANGED
FORM = "<form action='/login' method=post><input name=login><input type=password name=password></form>"
PAGES = [
    ("a login form with 200", 200, f"<html><body>{FORM}</body></html>", "LOGIN_REQUIRED", NEEDS_PERSON),
    ("XenForo's refusal", 403,
     "<html id=XF><body><div class=blockMessage>You must be logged-in to do that.</div></body></html>",
     "LOGIN_REQUIRED", NEEDS_PERSON),
    ("words that ask for a login", 200,
     "<html><body><div class='standard_error'>You are not logged in or you do not have"
     " permission to access this page.</div></body></html>", "LOGIN_REQUIRED", NEEDS_PERSON),
    ("phpBB's deleted topic", 404,
     "<html><body id=phpbb>The requested topic does not exist.</body></html>", "THREAD_GONE", GONE),
    ("gone with 410", 410, "", "THREAD_GONE", GONE),
    ("a deleted thread with 200", 200, "<html><body><div id=message>The requested topic does not exist.</div>"
     f"{FORM}</body></html>", "THREAD_GONE", GONE),
    ("vBulletin's invalid thread", 200,
     "<html><body><div class=panelsurround>No Thread specified. If you followed a valid"
     " link, please notify the administrator</div></body></html>", "THREAD_GONE", GONE),
    ("something quite different", 200, "<html><body><h1>Welcome to nginx</h1></body></html>", "SITE_CHANGED", CHANGED),
    ("nothing", 200, "", "SITE_CHANGED", CHANGED),
    ("JSON that is no thread", 200, "[]", "SITE_CHANGED", CHANGED),
]  # fmt: skip


def failure(bench, url: str) -> MediaError:
    with pytest.raises(MediaError) as caught:
        bench.list(ForumAdapter(), url)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "code", "kind"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES]
)
def test_pages_without_posts(bench, status, body, code, kind):
    error = failure(bench, bench.site.page("/threads/x.5/", body, status=status))
    assert (error.code, error.kind) == (code, kind)
    assert error.detail.endswith((".", "…")) or "It says" in error.detail


def test_what_the_forum_says_is_passed_on_cut_and_clean(bench):
    body = f"<html><body><div class=blockMessage>You must be logged in\x07 {'x' * 5000}</div></body></html>"
    error = failure(bench, bench.site.page("/threads/x.5/", body))
    assert "You must be logged in" in error.detail
    assert len(error.detail) < 400
    assert error.detail.isprintable()


def test_a_thread_of_words_only(bench):
    fake = XenforoFake(bench.site.server, posts=0)
    fake.add_post("<p>words</p>")
    error = failure(bench, fake.thread_url)
    assert (error.code, error.kind) == ("NO_MEDIA", GONE)


def test_a_login_wall_in_the_middle_ends_the_listing(bench):
    fake = XenforoFake(bench.site.server)
    bench.site.page("/threads/harbour-cats.77/page-2", f"<html><body>{FORM}</body></html>")
    assert failure(bench, fake.thread_url).code == "LOGIN_REQUIRED"


def test_an_api_for_members_only(bench):
    fake = DiscourseFake(bench.site.server)
    bench.site.page("/t/harbour-cats/77.json", '{"errors": ["no"], "error_type": "not_logged_in"}', status=403)
    assert failure(bench, fake.thread_url).code == "LOGIN_REQUIRED"


def test_a_server_error_of_the_api_may_pass(bench):
    fake = DiscourseFake(bench.site.server)
    bench.site.page("/t/harbour-cats/77.json", "oops", status=502)
    assert failure(bench, fake.thread_url).kind is FailureKind.TRANSIENT


def test_an_api_that_is_switched_off_leaves_the_pages(bench):
    bench.site.page(
        "/topic/5/x",
        '<html><body><ul component="topic"><li component="post" data-pid="1" class="post"><div class="content">'
        '<img src="/a.jpg"></div></li></ul></body></html>',
    )
    [item] = bench.list(ForumAdapter(), bench.site.server.url_of("/topic/5/x"))
    assert item.candidates[0].endswith("/a.jpg")


HOSTILE = [
    '{"post_stream": []}', '{"post_stream": {"posts": "x", "stream": {"a": 1}}}',
    '{"post_stream": {"stream": [true, -1, "x"]}}',
    '{"tid": 1, "posts": [1, "x", null, {"pid": {"a": 1}, "content": 5, "user": []}], "pagination": "x"}',
    '{"post_set": {"results": [{"attachments": [{"url": "x"}, 5], "content": null, "url": 7}], "pages": "9"}}',
    "5", '"x"', "null",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize("path", ["/t/x/5", "/topic/5/x", "/t/x/5/"])
def test_json_of_any_shape_ends_in_a_plain_failure(bench, path, body):
    error = failure(bench, bench.site.page(path, body, **{"Content-Type": "application/json"}))
    assert error.code in {"SITE_CHANGED", "NO_MEDIA", "THREAD_GONE"}
