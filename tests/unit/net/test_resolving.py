"""Names are asked for once, for everybody, and for no longer than somebody wants to wait."""

import threading

import pytest

from mediadl.media import MediaError
from mediadl.net.resolving import Names


def test_threads_that_ask_at_once_share_one_question():
    asked, answer = [], threading.Event()

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        answer.wait(10)
        return ["8.8.8.8"]

    names, found = Names(resolver), []
    threads = [
        threading.Thread(target=lambda: found.append(names.resolve("a.example", 80, stop=None, seconds=10)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    answer.set()
    for thread in threads:
        thread.join()
    assert (asked, found) == (["a.example"], [["8.8.8.8"]] * 5)


def test_nobody_waits_longer_than_told():
    answer = threading.Event()
    names = Names(lambda _host, _port: ["8.8.8.8"] if answer.wait(10) else [])
    with pytest.raises(MediaError, match="TIMEOUT"):
        names.resolve("slow.example", 80, stop=None, seconds=0.05)
    answer.set()


def test_a_failed_question_is_asked_again():
    answers = iter([[], ["8.8.8.8"]])
    names = Names(lambda _host, _port: next(answers))
    with pytest.raises(MediaError, match="NAME_NOT_RESOLVED"):
        names.resolve("a.example", 80, stop=None, seconds=5)
    assert names.resolve("a.example", 80, stop=None, seconds=5) == ["8.8.8.8"]


def test_many_names_are_forgotten_in_time():
    names = Names(lambda _host, _port: ["8.8.8.8"])
    for number in range(3000):
        names.resolve(f"{number}.example", 80, stop=None, seconds=5)
    assert len(names._lookups) <= 1024
