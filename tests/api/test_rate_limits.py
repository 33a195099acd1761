"""Rate limits: counted over processes and restarts, told in headers, refused with 429."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mediadl import clock
from mediadl.api import throttling
from mediadl.api.counters import FileCounters
from mediadl.api.throttling import INTERFACE_REQUESTS_PER_HOUR, address_key
from mediadl.web.standings import last_standing
from tests.api.clients import ApiClient, client_of, error_code, make_user

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def few(settings, tmp_path, monkeypatch):
    """Three requests an hour without a token, five with one, counted in a file of the test's own."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, rate_limit_anon=3, rate_limit_user=5)
    fresh = FileCounters(tmp_path / "requests.sqlite3")
    monkeypatch.setattr(throttling, "counters", lambda: fresh)
    yield tmp_path / "requests.sqlite3"
    fresh.close()


@pytest.mark.django_db
def test_headers_count_down_on_every_response(few):
    with clock.clock_set_to(lambda: START):
        answers = [ApiClient().get(path) for path in ("/nothing", "/auth/me", "/schema")]
    assert [answer.status_code for answer in answers] == [404, 401, 200]
    assert [answer["X-RateLimit-Limit"] for answer in answers] == ["3", "3", "3"]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
    assert {answer["X-RateLimit-Reset"] for answer in answers} == {str(int(START.timestamp()) + 3600)}


@pytest.mark.django_db
def test_too_many_requests_are_429_until_the_hour_that_began_with_the_first_is_over(few):
    with clock.clock_set_to(lambda: START + timedelta(minutes=10)):
        for _ in range(3):
            ApiClient().get("/schema")
    with clock.clock_set_to(lambda: START + timedelta(minutes=50)):
        answer = ApiClient().get("/schema")
        assert answer.status_code == 429
        assert error_code(answer) == "RATE_LIMITED"
        assert answer["Retry-After"] == "1200"
        assert answer["X-RateLimit-Remaining"] == "0"
    with clock.clock_set_to(lambda: START + timedelta(minutes=70)):
        assert ApiClient().get("/schema").status_code == 200


@pytest.mark.django_db
def test_each_user_has_their_own_hour_over_all_their_tokens(few):
    ada, eve = make_user(), make_user()
    assert [client_of(ada).get("/auth/me").status_code for _ in range(6)] == [200] * 5 + [429]
    assert client_of(eve).get("/auth/me").status_code == 200


@pytest.mark.django_db
def test_guessing_tokens_counts_as_anonymous(few):
    answers = [ApiClient({"Authorization": f"Bearer mdl_{n}"}).get("/auth/me") for n in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


@pytest.mark.django_db
def test_the_interface_has_a_budget_of_its_own(few, client):
    client.force_login(make_user())
    answers = [client.get("/api/v1/auth/me") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0]["X-RateLimit-Limit"] == str(INTERFACE_REQUESTS_PER_HOUR)


@pytest.mark.django_db
def test_what_a_caller_was_told_is_known_to_refusals_that_count_nobody(few):
    stranger, user = ApiClient(), client_of(make_user())
    told = [stranger.get("/schema"), user.get("/auth/me"), user.get("/auth/me")]
    known = [
        last_standing(address="127.0.0.1"),
        last_standing(authorization=user.headers["Authorization"], address="127.0.0.1"),
    ]
    assert [standing.remaining for standing in known] == [2, 3]
    assert [standing.headers for standing in known] == [
        {name: answer[name] for name in standing.headers}
        for standing, answer in zip(known, (told[0], told[2]), strict=True)
    ]


@pytest.mark.django_db
def test_a_broken_counter_does_not_stop_the_api(few):
    few.mkdir()
    assert ApiClient().get("/schema").status_code == 200


_HIT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import mediadl
from mediadl.api.counters import FileCounters
counters = FileCounters(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    counters.hit("user:1", 1_000_000)
"""


def test_two_processes_count_together_and_a_restart_forgets_nothing(tmp_path):
    path = tmp_path / "requests.sqlite3"
    project = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _HIT, str(path), "500", str(project)]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    window = FileCounters(path).hit("user:1", 1_000_010)
    assert (window.started, window.used) == (1_000_000, 1001)


def test_a_damaged_file_starts_afresh(tmp_path):
    path = tmp_path / "requests.sqlite3"
    path.write_bytes(b"no database at all" * 1000)
    assert FileCounters(path).hit("a", 10).used == 1


def test_a_window_from_the_future_starts_again(tmp_path):
    counters = FileCounters(tmp_path / "requests.sqlite3")
    counters.hit("a", 1_000_000)
    assert counters.hit("a", 500_000).started == 500_000


def test_old_windows_are_trimmed(tmp_path):
    counters = FileCounters(tmp_path / "requests.sqlite3")
    for number in range(1999):
        counters.hit(f"a{number}", 1)
    counters.hit("b", 10_000)
    with counters._lock:
        assert counters._open().execute("SELECT COUNT(*) FROM windows").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.5", "address:203.0.113.5"),
        ("::ffff:203.0.113.5", "address:203.0.113.5"),
        ("2001:db8::1", "address:2001:db8::/64"),
        ("2001:db8::ffff:1", "address:2001:db8::/64"),
        ("", "address:unknown"),
    ],
)
def test_one_customer_is_one_client(address, key):
    assert address_key(address) == key
