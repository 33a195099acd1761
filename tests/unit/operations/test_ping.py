"""The supervisor tells a cluster that is slow to start from one that is dead."""

import pytest

from mediadl.operations.ping import ANSWER_WITHIN_SECONDS, PING_EVERY_SECONDS, START_GRACE_SECONDS, PingWatch


class Cluster:
    """A broker and a cluster that answers, or does not, under a clock that the test moves."""

    def __init__(self, wait_scale: float = 1.0) -> None:
        self.now = 100.0
        self.sent: list[str] = []
        self.answered = ""
        self.answers = True
        self.broken_broker = False
        self.watch = PingWatch(self.send, lambda: self.answered, lambda: self.now, wait_scale=wait_scale)

    def send(self, token: str) -> None:
        if self.broken_broker:
            raise OSError("the broker is away")
        self.sent.append(token)
        if self.answers:
            self.answered = token

    def dead_after(self, seconds: float) -> bool:
        """Whether it is called dead at any second of the next ``seconds``."""
        end = self.now + seconds
        while self.now < end:
            if self.watch.is_dead():
                return True
            self.now += 1
        return False


def test_a_cluster_that_answers_is_asked_every_ten_seconds_and_never_dead():
    cluster = Cluster()
    assert not cluster.dead_after(600)
    assert len(cluster.sent) == pytest.approx(600 / PING_EVERY_SECONDS, abs=2)
    assert len(set(cluster.sent)) == len(cluster.sent)


def test_a_cluster_that_stops_answering_is_dead_twenty_seconds_after_the_ping():
    cluster = Cluster()
    assert not cluster.dead_after(START_GRACE_SECONDS + PING_EVERY_SECONDS)
    cluster.answers = False
    silent_since = cluster.now
    assert cluster.dead_after(60)
    assert cluster.now - silent_since <= PING_EVERY_SECONDS + ANSWER_WITHIN_SECONDS + 2


def test_a_cluster_that_has_just_been_started_gets_time_to_load():
    cluster = Cluster()
    cluster.answers = False
    assert not cluster.dead_after(START_GRACE_SECONDS + ANSWER_WITHIN_SECONDS - 1)
    assert cluster.dead_after(3)


def test_a_restart_asks_at_once_and_forgets_the_old_question():
    cluster = Cluster()
    cluster.answers = False
    assert cluster.dead_after(120)
    asked = len(cluster.sent)
    cluster.answers = True
    cluster.watch.cluster_started()
    assert not cluster.dead_after(5)
    assert len(cluster.sent) == asked + 1


def test_a_broker_that_is_away_is_not_the_clusters_death():
    cluster = Cluster()
    cluster.broken_broker = True
    with pytest.raises(OSError, match="away"):
        cluster.watch.is_dead()
    cluster.now += 500
    cluster.broken_broker = False
    assert not cluster.dead_after(60)


def test_all_waits_are_scaled_for_tests_that_kill_again_and_again():
    cluster = Cluster(wait_scale=0.1)
    cluster.answers = False
    assert not cluster.dead_after((START_GRACE_SECONDS + ANSWER_WITHIN_SECONDS) / 10 - 1)
    assert cluster.dead_after(3)
