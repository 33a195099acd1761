"""Which fetched files are checked together: small ones that wait, and never with a large one."""

from types import SimpleNamespace

import pytest

from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.feed import Feed
from queue_app.engine.fetching import Fetched
from queue_app.engine.pipeline import Pipeline

PICTURE, FILM = 200_000, 90_000_000


@pytest.fixture
def pipeline():
    made = Pipeline(Feed(), None, ChildProxy())
    yield made
    made.close()


def put(pipeline, sizes):
    files = [Fetched(None, None, SimpleNamespace(size=size)) for size in sizes]
    for file in files:
        pipeline._fetched.put(file)
    return files


def test_a_file_alone_is_checked_at_once(pipeline):
    [one] = put(pipeline, [PICTURE])
    assert pipeline._next_batches() == [[one]]


def test_waiting_pictures_go_together_and_leave_some_for_the_other_child(pipeline):
    files = put(pipeline, [PICTURE] * 14)
    sizes = []
    while pipeline._fetched.qsize():
        [batch] = pipeline._next_batches()
        assert batch == files[: len(batch)], "the longest waiting one first"
        sizes.append(len(batch))
        del files[: len(batch)]
    assert sizes == [4, 4, 3, 2, 1]


def test_a_film_is_checked_alone(pipeline):
    first, film, last = put(pipeline, [PICTURE, FILM, PICTURE])
    assert pipeline._next_batches() == [[first], [film]]
    assert pipeline._next_batches() == [[last]]
    film, picture = put(pipeline, [FILM, PICTURE])
    assert pipeline._next_batches() == [[film]]
    assert pipeline._next_batches() == [[picture]]


def test_each_thread_sees_its_end(pipeline):
    files = put(pipeline, [PICTURE, PICTURE])
    pipeline._fetched.put(None)
    pipeline._fetched.put(None)
    assert pipeline._next_batches() == [files]
    assert pipeline._next_batches() == []
    assert pipeline._next_batches() == []
