"""Counting in Redis, where it is configured."""

from mediadl.api.counters import WINDOW_SECONDS, CountersWithFallback, FileCounters, RedisCounters, Window
from tests.fakes.redis_server import redis_server

NOW = 1_000_000


def test_processes_share_a_window_that_ends_by_itself():
    with redis_server() as url:
        first, second = RedisCounters(url), RedisCounters(url)
        assert first.hit("user:1", NOW) == Window(NOW, 1)
        assert second.hit("user:1", NOW) == Window(NOW, 2)
        assert second.hit("user:2", NOW).used == 1
        assert WINDOW_SECONDS == 3600


def test_a_redis_that_is_gone_is_replaced_by_the_file(tmp_path):
    with redis_server() as url:
        gone = url
    counters = CountersWithFallback(RedisCounters(gone), FileCounters(tmp_path / "requests.sqlite3"))
    assert counters.hit("user:1", NOW) == Window(NOW, 1)
    assert counters.hit("user:1", NOW).used == 2
