"""A site that is no longer understood: its last answers are kept, bounded, for admins alone."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.media import FailureKind, MediaError
from platforms import evidence
from platforms.child_lines import ChildLines
from platforms.contract import ListingContext
from platforms.evidence import Seen, cases, keep_evidence, read_case, trim_evidence
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, enqueue, fresh
from tests.unit.queue_app.draining import answer_status
from tests.unit.queue_app.fake_site import FakeSite
from tests.unit.ui.rows import browser_as

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
CHANGED = MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", "The answer has another form.")


@pytest.fixture(autouse=True)
def _own_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "evidence_folder", lambda: tmp_path / "evidence")


@pytest.fixture
def server():
    with MediaServer() as running:
        for number in range(5):
            body = f"<h1>Page {number}</h1>".encode() + b"x" * 100_000
            running.behave(f"/{number}", answer_status(200, then=body, kind="text/html"))
        yield running


def ask(server: MediaServer, number: int):
    return lambda context: context.http.get(server.url_of(f"/{number}"))


def test_the_last_answers_are_kept_and_bounded(site: FakeSite, server: MediaServer) -> None:
    site.lists(*(ask(server, number) for number in range(5)), CHANGED)
    item = enqueue(downloader="first")
    drain()
    assert fresh(item).error_code == "SITE_CHANGED"
    (case,) = cases()
    assert (case.platform, case.downloader) == ("fakesite", "first")
    text = read_case(case.name)
    assert "The answer has another form." in text
    assert item.url in text
    assert [f"Page {number}" in text for number in range(5)] == [False, False, True, True, True]
    assert len(text) < 3 * evidence.ANSWER_CHARACTERS + 2000
    path = evidence.evidence_folder() / case.name
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_an_adapter_that_breaks_leaves_its_own_error_beside_the_answer(site: FakeSite, server: MediaServer) -> None:
    site.lists(ask(server, 1), KeyError("edges"))
    enqueue()
    drain()
    text = read_case(cases()[0].name)
    assert "Page 1" in text
    assert "KeyError: 'edges'" in text


def test_a_programs_last_words_are_kept(site: FakeSite, server: MediaServer, tmp_path: Path) -> None:
    def step(context: ListingContext) -> None:
        argv = [sys.executable, "-I", "-c", "import sys; sys.exit('[instagram][error] KeyError: data')"]
        with ChildLines(argv, context, tmp_path) as child:
            list(child.lines())
        raise CHANGED

    site.lists(step)
    enqueue()
    drain()
    assert "[instagram][error] KeyError: data" in read_case(cases()[0].name)


def test_other_failures_leave_nothing(site: FakeSite, server: MediaServer) -> None:
    for number, kind in enumerate((FailureKind.GONE, FailureKind.NEEDS_PERSON, FailureKind.TRANSIENT)):
        site.lists(ask(server, 1), MediaError(kind, "CODE", "No."), url=f"https://fakesite.example/u{number}")
        enqueue(f"https://fakesite.example/u{number}")
    drain()
    assert cases() == []


def test_secrets_in_answers_are_masked() -> None:
    seen = Seen()
    seen.note("200 https://a.example/?token=v3ry-s3cret-t0ken", '{"password": "v3ry-s3cret-w0rd"}')
    text = read_case(keep_evidence("tiktok", "yt-dlp", "https://a.example/", CHANGED, seen))
    assert "v3ry-s3cret" not in text


def test_old_and_many_cases_go() -> None:
    for downloader in ("fastdl", "toolzu"):
        for _ in range(evidence.KEPT_OF_ONE + 3):
            keep_evidence("instagram", downloader, "https://a.example/", CHANGED, Seen())
    assert len(cases()) == 2 * evidence.KEPT_OF_ONE
    newest = cases()[0].name
    later = clock.now() + evidence.KEPT_FOR + timedelta(minutes=1)
    with clock.clock_set_to(lambda: later):
        assert trim_evidence() == 2 * evidence.KEPT_OF_ONE
    assert read_case(newest) is None


def test_only_admins_see_and_read_them_and_nothing_beside_them() -> None:
    seen = Seen()
    seen.note("200 https://a.example/", "<script>alert(1)</script>")
    name = keep_evidence("tiktok", "yt-dlp", "https://a.example/", CHANGED, seen)
    url = f"/platforms/evidence/{name}"
    assert url in browser_as(Role.ADMIN).get("/platforms").content.decode()
    assert "/platforms/evidence/" not in browser_as(Role.USER).get("/platforms").content.decode()
    assert browser_as(Role.USER).get(url).status_code == 403
    answer = browser_as(Role.ADMIN).get(url)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (evidence.evidence_folder().parent / "other.txt").write_text("no")
    for bad in ("..%2Fother.txt", "other.txt", "20250101-000000-000000_a_b.txt"):
        assert browser_as(Role.ADMIN).get(f"/platforms/evidence/{bad}").status_code == 404
