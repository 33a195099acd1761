"""A stop reaches everybody who waits, once, with its first reason."""

import threading

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal


def test_starts_unset():
    stop = StopSignal()
    assert (stop.is_set(), stop.reason, stop.wait(0)) == (False, "", False)
    stop.raise_if_set()


def test_keeps_the_first_reason_and_raises_it():
    stop = StopSignal()
    stop.stop("pause")
    stop.stop("cancel")
    assert stop.is_set()
    assert stop.reason == "pause"
    with pytest.raises(MediaError) as caught:
        stop.raise_if_set()
    assert (caught.value.kind, caught.value.code) == (FailureKind.STOPPED, "STOPPED")
    assert "pause" in caught.value.detail


def test_refuses_unknown_reasons():
    with pytest.raises(ValueError, match="not one of"):
        StopSignal().stop("boredom")


def test_calls_back_once_and_late_ones_at_once():
    stop, calls = StopSignal(), []
    stop.on_stop(lambda: calls.append("early"))
    unregister = stop.on_stop(lambda: calls.append("forgotten"))
    unregister()
    unregister()
    stop.stop("cancel")
    stop.stop("cancel")
    stop.on_stop(lambda: calls.append("late"))
    assert calls == ["early", "late"]


def test_a_failing_callback_does_not_keep_others_from_theirs():
    stop, calls = StopSignal(), []
    stop.on_stop(lambda: calls.append(1 // 0))
    stop.on_stop(lambda: calls.append("told"))
    with pytest.raises(ZeroDivisionError):
        stop.stop("shutdown")
    assert calls == ["told"]


def test_wakes_a_waiting_thread():
    stop = StopSignal()
    woken = threading.Event()
    thread = threading.Thread(target=lambda: stop.wait(10) and woken.set())
    thread.start()
    stop.stop("fence")
    thread.join(5)
    assert woken.is_set()
