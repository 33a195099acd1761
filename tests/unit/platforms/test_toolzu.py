"""toolzu in a real Chromium, against a site whose own page signs its form."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.proxy import GuardingProxy
from platforms.instagram.toolzu import ToolzuAdapter
from tests.fakes.certificates import make_certificate
from tests.fakes.instagram_posts import FakePost, file_name
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import NEVER
from tests.fakes.site_toolzu import SITE_KEY, ToolzuFake
from tests.unit.platforms.instagram_bench import PROFILE, instagram_bench
from tests.unit.platforms.listing_bench import ListingBench

ADAPTER = ToolzuAdapter(patience_seconds=20, answer_seconds=20)
IMPATIENT = ToolzuAdapter(patience_seconds=4, answer_seconds=20)


@pytest.fixture
def bench() -> Iterator[ListingBench]:
    with instagram_bench() as made:
        yield made


@pytest.fixture
def toolzu(bench: ListingBench) -> ToolzuFake:
    fake = ToolzuFake(bench.site.server)
    bench.settings |= fake.settings()
    return fake


def failure(bench: ListingBench, url: str, **request: object) -> MediaError:
    with pytest.raises(MediaError) as caught:
        bench.list(IMPATIENT, url, **request)
    return caught.value


def cdn_id(pk: int) -> str:
    return file_name(pk).rpartition(".")[0]


@pytest.mark.parametrize("replaces", [False, True])
def test_a_profile_is_read_batch_by_batch(bench: ListingBench, toolzu: ToolzuFake, *, replaces: bool):
    toolzu.replaces = replaces
    user = toolzu.user("ann", 15)
    user.posts[3] = FakePost(4, bench.site.server.base_url, ("video",))

    items = bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")

    assert [one.media_id for one in items] == [cdn_id(post.pk) for post in user.posts]
    assert [one.media_type for one in items[2:5]] == ["image", "video", "image"]
    assert items[0].candidates[0] == user.posts[0].url(user.posts[0].pk)
    assert items[0].metadata["author"] == "ann"
    assert (toolzu.sent(), toolzu.refused) == (2, 0)
    if not replaces:
        reels = bench.list(ADAPTER, "https://www.instagram.com/ann/reels/", content_type="reels")
        assert [(one.media_id, one.content_type) for one in reels] == [(cdn_id(user.posts[3].pk), "reel")]


def test_no_batch_is_asked_for_that_nobody_wants(bench: ListingBench, toolzu: ToolzuFake):
    toolzu.user("ann", 40)
    items = ADAPTER.list_media(bench.context(PROFILE.format("ann"), content_type="posts"))
    assert len(list(islice(items, 5))) == 5
    items.close()
    assert toolzu.sent() == 1
    assert len(bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts", max_downloads=12)) == 12
    assert toolzu.sent() == 2


def test_single_links(bench: ListingBench, toolzu: ToolzuFake):
    user = toolzu.user("ann", 2)
    user.posts[1] = FakePost(2, bench.site.server.base_url, ("image", "video"))
    (picture,) = bench.list(ADAPTER, f"https://www.instagram.com/p/{user.posts[0].code}/")
    assert (picture.media_id, picture.post_id) == (str(user.posts[0].pk), str(user.posts[0].pk))
    parts = bench.list(ADAPTER, f"https://www.instagram.com/p/{user.posts[1].code}/")
    assert [one.metadata["position"] for one in parts] == [1, 2]
    assert [one.media_id for one in parts] == [cdn_id(pk) for pk in user.posts[1].part_pks]
    assert {one.post_id for one in parts} == {str(user.posts[1].pk)}


def test_a_check_that_passes_late_is_waited_for_and_the_form_sent_again(bench: ListingBench, toolzu: ToolzuFake):
    toolzu.user("ann", 2)
    toolzu.check_seconds = 4
    assert len(bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")) == 2
    assert toolzu.sent() >= 2


def test_a_check_that_never_passes_needs_a_person(bench: ListingBench, toolzu: ToolzuFake):
    toolzu.user("ann", 2)
    toolzu.check_seconds = NEVER
    error = failure(bench, PROFILE.format("ann"), content_type="posts")
    assert (error.kind, error.code) == (FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ("<p>This account is private</p>", "PRIVATE"),
        ("<p>User not found</p>", "NOT_FOUND"),
        ("<p>Please log in to your account</p>", "LOGIN_REQUIRED"),
        ("<section>A new design</section>", "SITE_CHANGED"),
        ('<div class="download-card"><a href="/x">Get</a></div>', "SITE_CHANGED"),
    ],
)
def test_what_the_site_may_show_instead(bench: ListingBench, toolzu: ToolzuFake, results: str, code: str):
    toolzu.results = results
    assert failure(bench, "https://www.instagram.com/p/CuDkzN1Kx3z/").code == code


def test_too_many_requests_and_stories(bench: ListingBench, toolzu: ToolzuFake):
    toolzu.status = 429
    error = failure(bench, PROFILE.format("ann"), content_type="posts")
    assert (error.kind, error.retry_after) == (FailureKind.TOLD_TO_WAIT, 60)
    error = failure(bench, "https://www.instagram.com/stories/ann/", content_type="stories")
    assert (error.kind, error.code) == (FailureKind.REFUSED, "UNSUPPORTED_URL")


@pytest.fixture
def solver(bench: ListingBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MediaServer]:
    """2Captcha as the guarding proxy's host map puts it: https with a certificate that only this test trusts."""
    certificate = make_certificate(tmp_path, "2captcha.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.trust_file))
    with MediaServer(tls=certificate.context) as server:
        proxy = GuardingProxy(host_map={"2captcha.com": f"127.0.0.1:{server.port}"})
        proxy.start()
        bench.proxy_url = proxy.url
        yield server
        proxy.stop()


def test_the_solver_is_asked_where_its_key_is_set(bench: ListingBench, toolzu: ToolzuFake, solver: MediaServer):
    toolzu.user("ann", 2)
    toolzu.check_seconds = NEVER
    toolzu.solved = {"solved-token"}
    solver.behave("/in.php", lambda exchange: exchange.respond(200, b"OK|77"))
    solver.behave("/res.php", lambda exchange: exchange.respond(200, b"OK|solved-token"))
    bench.settings["toolzu.captcha_api_key"] = "secret-key"

    assert len(bench.list(IMPATIENT, PROFILE.format("ann"), content_type="posts")) == 2

    (order,) = solver.requests_for("/in.php")
    assert b"secret-key" in order.body
    assert SITE_KEY.encode() in order.body


def test_a_solver_that_refuses_needs_a_person(bench: ListingBench, toolzu: ToolzuFake, solver: MediaServer):
    toolzu.check_seconds = NEVER
    solver.behave("/in.php", lambda exchange: exchange.respond(200, b"ERROR_ZERO_BALANCE"))
    bench.settings["toolzu.captcha_api_key"] = "secret-key"
    error = failure(bench, PROFILE.format("ann"), content_type="posts")
    assert (error.kind, error.code) == (FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED")
    assert "ERROR_ZERO_BALANCE" in error.detail
    assert "secret-key" not in error.detail


def test_its_pages_and_selectors_follow_the_settings(bench: ListingBench):
    fake = ToolzuFake(bench.site.server, folder="/new")
    fake.input_id, fake.form_id = "who", "ask"
    user = fake.user("ann", 1)
    bench.settings |= {**fake.settings(), **{f"toolzu.{name}_page": path for name, path in fake.pages.items()}}
    bench.settings |= {"toolzu.input_selector": "#who", "toolzu.button_selector": "#ask button"}
    code = user.posts[0].code
    for url in (
        PROFILE.format("ann"),
        f"https://www.instagram.com/p/{code}/",
        f"https://www.instagram.com/reel/{code}/",
    ):
        assert len(bench.list(ADAPTER, url, content_type="posts")) == 1
