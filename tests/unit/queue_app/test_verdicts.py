"""What a failure leads to: the table of kinds, delays and limits."""

from datetime import timedelta

import pytest

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from queue_app.engine.retries import RETRY_SECONDS, judge, retry_delay_seconds, told_delay_seconds

NOW = clock.now()


def error(kind: FailureKind, retry_after: float | None = None) -> MediaError:
    return MediaError(kind, "CODE", "Detail.", retry_after=retry_after)


def seconds(kind: FailureKind, **values: int) -> float | None:
    values = {"failures": 1, "max_attempts": 4} | values
    at = judge(error(kind, 7), now=NOW, **values).again_at
    return None if at is None else (at - NOW).total_seconds()


@pytest.fixture(autouse=True)
def _real_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIADL_TEST_TIME_SCALE")


@pytest.mark.parametrize(("failures", "base"), [*enumerate(RETRY_SECONDS, start=1), (6, 3600.0), (20, 3600.0)])
def test_the_schedule_and_its_jitter(failures: int, base: float) -> None:
    assert retry_delay_seconds(failures, lambda low, _high: low) == base * 0.5
    assert retry_delay_seconds(failures, lambda _low, high: high) == base * 1.5


def test_transient_failures_are_tried_until_the_attempts_are_used_up() -> None:
    assert seconds(FailureKind.TRANSIENT, failures=3) is not None
    assert seconds(FailureKind.TRANSIENT, failures=4) is None
    assert seconds(FailureKind.TRANSIENT, failures=1, max_attempts=1) is None


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.GONE,
        FailureKind.NEEDS_PERSON,
        FailureKind.REFUSED,
        FailureKind.SITE_CHANGED,
        FailureKind.EXPIRED_LINK,
    ],
)
def test_what_no_retry_mends_is_over_at_once(kind: FailureKind) -> None:
    assert seconds(kind) is None


def test_told_to_wait_is_exactly_that_long_and_free_before_the_fifth() -> None:
    for waits in (1, 4):
        verdict = judge(error(FailureKind.TOLD_TO_WAIT, 7), failures=9, max_attempts=4, now=NOW, waits_in_a_row=waits)
        assert (verdict.again_at, verdict.counts) == (NOW + timedelta(seconds=7), False)
    fifth = judge(error(FailureKind.TOLD_TO_WAIT, 7), failures=1, max_attempts=4, now=NOW, waits_in_a_row=5)
    assert (fifth.again_at, fifth.counts) == (NOW + timedelta(seconds=7), True)
    last = judge(error(FailureKind.TOLD_TO_WAIT, 7), failures=4, max_attempts=4, now=NOW, waits_in_a_row=5)
    assert last.again_at is None


@pytest.mark.parametrize(("asked", "held"), [(None, 60.0), (0.0, 1.0), (10.0, 10.0), (10**9, 86400.0)])
def test_a_wait_is_at_most_a_day(asked: float | None, held: float) -> None:
    assert told_delay_seconds(error(FailureKind.TOLD_TO_WAIT, asked)) == held


@pytest.mark.parametrize("kind", [FailureKind.DISK, FailureKind.STOPPED])
def test_what_is_nobodys_fault_uses_up_nothing(kind: FailureKind) -> None:
    assert judge(error(kind), failures=9, max_attempts=1, now=NOW).counts is False
