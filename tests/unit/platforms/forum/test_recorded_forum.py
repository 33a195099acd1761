"""The recorded phpBB of ``../shared/inputs`` (only where it is): its files, and nothing forbidden is asked for."""

import hashlib
import os

import pytest

from mediadl.media import FailureKind, FetchMethod, MediaError
from platforms.forum.adapter import ForumAdapter
from tests.fakes.forum_recorded import INPUTS, recorded_forum
from tests.unit.platforms.listing_bench import listing_bench

if INPUTS is None:
    if os.environ.get("CI") == "true":
        pytest.fail("the recording below ../shared/inputs is not here", pytrace=False)
    pytest.skip("the recording is not at hand", allow_module_level=True)


@pytest.fixture(scope="module")
def forum(tmp_path_factory):
    with recorded_forum(tmp_path_factory.mktemp("recorded")) as served:
        yield served


@pytest.fixture(scope="module")
def items(forum):
    with listing_bench() as bench:
        return bench.list(ForumAdapter(), forum.thread_url)


def test_exactly_the_labelled_media_are_listed(forum, items):
    # An image host's page is followed to the picture that it shows.
    wanted = {medium["url"].replace("/view/", "/i/") for medium in forum.expected["expected"]["media"]}
    found = [item.candidates[0] for item in items]
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_each_stands_in_its_post(forum, items):
    by_post = sorted(
        (medium["post"] + 1, medium["url"].replace("/view/", "/i/")) for medium in forum.expected["expected"]["media"]
    )
    assert sorted((int(item.post_id), item.candidates[0]) for item in items) == by_post


def test_the_files_are_the_expected_ones(forum, items):
    hashes = set()
    with listing_bench() as bench:
        http = bench.context(forum.thread_url).http
        for item in items:
            if item.method is FetchMethod.HTTP:
                answer = http.get(item.candidates[0], headers=item.headers)
                if answer.status == 200 and not answer.body.startswith(b"<html"):
                    hashes.add(hashlib.sha256(answer.body).hexdigest())
    assert hashes == set(forum.expected["expected"]["sha256"])


def test_only_pages_are_asked_while_listing(forum):
    before = len(forum.asked())
    with listing_bench() as bench:
        bench.list(ForumAdapter(), forum.thread_url)
    asked = forum.asked()[before:]
    assert sorted(asked) == sorted(
        ["/viewtopic.php?t=2", *(f"/viewtopic.php?start={start}&t=2" for start in (10, 20, 30))]
    )


@pytest.mark.parametrize(
    ("thread", "code", "kind"),
    [("t=3", "LOGIN_REQUIRED", FailureKind.NEEDS_PERSON), ("t=999", "THREAD_GONE", FailureKind.GONE),
     ("t=1", "NO_MEDIA", FailureKind.GONE)],
)  # fmt: skip
def test_what_cannot_be_had_says_so(forum, thread, code, kind):
    with listing_bench() as bench, pytest.raises(MediaError) as caught:
        bench.list(ForumAdapter(), forum.thread_url.replace("t=2", thread))
    assert (caught.value.code, caught.value.kind) == (code, kind)


def test_a_post_names_the_page_to_begin_with(forum):
    with listing_bench() as bench:
        items = bench.list(ForumAdapter(), forum.thread_url.replace("t=2", "p=23"))
    assert {int(item.post_id) for item in items} == {24, 25, 26, 27, 34}
