"""The supervisor's repeated work."""

from mediadl.operations import tick
from mediadl.operations.tick import Tick, run_due


def test_each_function_runs_at_its_own_period():
    calls: list[str] = []
    ticks = [Tick(3, "often", lambda: calls.append("often")), Tick(10, "seldom", lambda: calls.append("seldom"))]
    for second in range(30):
        run_due(ticks, float(second), lambda *_: None)
    assert calls.count("often") == 10
    assert calls.count("seldom") == 3


def test_missed_times_are_not_caught_up_on():
    calls: list[int] = []
    ticks = [Tick(1, "each second", lambda: calls.append(1))]
    run_due(ticks, 0.0, lambda *_: None)
    assert run_due(ticks, 1000.0, lambda *_: None) == 1001.0
    assert len(calls) == 2


def test_one_that_fails_is_reported_and_the_others_go_on():
    reported: list[tuple[str, str]] = []
    calls: list[str] = []

    def fail() -> None:
        raise ValueError("no luck")

    ticks = [Tick(1, "first", fail), Tick(1, "second", lambda: calls.append("second"))]
    run_due(ticks, 0.0, lambda name, error: reported.append((name, str(error))))
    run_due(ticks, 1.0, lambda name, error: reported.append((name, str(error))))
    assert calls == ["second", "second"]
    assert reported == [("first", "no luck")] * 2


def test_what_keeps_tables_bounded_and_sends_messages_is_registered():
    names = {each.name for each in tick.registered()}
    assert {"maintenance", "sender of notifications"} <= names
