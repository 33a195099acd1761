"""The contract that every adapter keeps (design: platforms.md, "Tests of adapters")."""

import time
from itertools import islice

import pytest

from mediadl.media import FailureKind, MediaError
from platforms.contract import NotForThisDownloaderError
from tests.unit.platforms.adapter_cases import CASES, DECLINED, AdapterCase
from tests.unit.platforms.listing_bench import InThread, listing_bench
from tests.unit.platforms.social_bench import social_bench

pytestmark = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)

STOP_SECONDS = 6.0  # the promise is 2 s at p95, which tests/soak measures; a busy machine must not decide here
MANY = 40


@pytest.fixture
def bench(case, tmp_path, monkeypatch):
    """The site of the case's adapter, with the proxy in front of it."""
    with social_bench(tmp_path, monkeypatch.setenv) if case.over_tls else listing_bench() as made:
        yield made


def listed(bench, case: AdapterCase, url: str) -> list:
    return bench.list(case.adapter, url)


def expect(bench, case: AdapterCase, situation: str, url: str) -> None:
    """The listing ends as the row says for this situation."""
    expected = case.outcomes[situation]
    if expected is None:
        assert listed(bench, case, url) == []
        return
    with pytest.raises((MediaError, NotForThisDownloaderError)) as caught:
        listed(bench, case, url)
    if expected == DECLINED:
        assert isinstance(caught.value, NotForThisDownloaderError)
        return
    error = caught.value
    assert isinstance(error, MediaError), error
    assert expected in {error.kind, error.code}, error
    assert len(error.detail) > 20  # a sentence for a person


def test_it_finds_every_file_once(bench, case):
    items = listed(bench, case, case.many(bench.site, 3))
    count = 1 if case.downloader == "direct" else 3 * case.files_per_post
    assert len(items) == count
    assert len({item.media_id for item in items}) == count
    for item in items:
        assert item.candidates
        assert item.page_url.startswith("http")
        assert 1 <= len(item.media_id) <= 200


def test_it_is_lazy_and_closing_it_ends_it(bench, case):
    url = case.many(bench.site, MANY)
    items = case.adapter.list_media(bench.context(url))
    assert bench.site.server.request_count() == 0
    taken = list(islice(items, 3 * case.files_per_post))
    assert taken
    before_closing = time.monotonic()
    items.close()
    assert time.monotonic() - before_closing < STOP_SECONDS
    asked = bench.site.server.request_count()
    assert asked <= 1 + 3 + (case.requests_ahead or 0)
    time.sleep(0.3)  # nobody may go on asking afterwards: there is no event for "nothing happens"
    assert bench.site.server.request_count() == asked


def test_a_second_run_names_the_same_files_the_same(bench, case):
    url = case.many(bench.site, 2)
    first, second = listed(bench, case, url), listed(bench, case, url)
    assert [item.media_id for item in first] == [item.media_id for item in second]


def test_nothing_is_fetched_while_listing(bench, case):
    listed(bench, case, case.many(bench.site, 2))
    asked = {request.path for request in bench.site.server.requests}
    if case.downloader != "direct":  # it has to look at the file's first bytes
        assert not [path for path in asked if path.endswith((".png", ".jpg", ".m4a"))]


def test_a_changed_site(bench, case):
    url = case.url_named(bench.site, "odd")
    bench.site.page(case.path_of("odd"), case.changed_body)
    expect(bench, case, "changed", url)


def test_a_login_wall(bench, case):
    url = case.url_named(bench.site, "members")
    bench.site.page(case.path_of("members"), "<form><input type=password></form>", status=403)
    expect(bench, case, "login", url)


def test_an_empty_source(bench, case):
    url = case.url_named(bench.site, "empty")
    path = case.path_of("empty")
    body = "[]" if path.endswith(".json") else "<html><body></body></html>"
    bench.site.page(path, body)
    expect(bench, case, "empty", url)


def test_a_source_that_is_not_there(bench, case):
    with pytest.raises(MediaError) as caught:
        listed(bench, case, case.url_named(bench.site, "missing"))
    assert caught.value.kind is FailureKind.GONE


def test_too_many_requests(bench, case):
    url = case.url_named(bench.site, "busy")
    bench.site.status(case.path_of("busy"), 429, **{"Retry-After": "120"})
    with pytest.raises(MediaError) as caught:
        listed(bench, case, url)
    assert caught.value.kind is FailureKind.TOLD_TO_WAIT
    assert bench.site.server.request_count(case.path_of("busy")) == 1


def test_a_server_error_may_pass(bench, case):
    url = case.url_named(bench.site, "broken")
    bench.site.status(case.path_of("broken"), 502)
    with pytest.raises(MediaError) as caught:
        listed(bench, case, url)
    assert caught.value.kind is FailureKind.TRANSIENT
    assert bench.site.server.request_count(case.path_of("broken")) == 1  # the engine retries, not the adapter


def test_cancelled_in_the_middle_it_ends_within_two_seconds(bench, case):
    url = case.url_named(bench.site, "slow")
    bench.site.hang(case.path_of("slow"))
    running = InThread(bench, case.adapter, url)
    assert bench.site.hanging.wait(60)  # a browser takes some seconds to start
    stopped_at = time.monotonic()
    bench.stop.stop("cancel")
    assert running.join(20)
    assert running.ended_at - stopped_at < STOP_SECONDS
    assert isinstance(running.error, MediaError)
    assert running.error.kind is FailureKind.STOPPED
