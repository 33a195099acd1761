"""The browser itself: what it may reach, and how its crashes, hangs and stops end."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from mediadl.media import FailureKind, MediaError
from mediadl.net.cookies import Cookie
from mediadl.net.stopping import StopSignal
from platforms.access import SiteAccess
from platforms.browser import browser_page
from platforms.browser.profile import profile_folder
from tests.fakes.media_server import MediaServer
from tests.unit.platforms.instagram_bench import browser_processes, instagram_bench, wait_until_no_browser
from tests.unit.platforms.listing_bench import ListingBench

STOP_SECONDS = 2.0
STAY = "<html><body><p>here</p><button>Go</button></body></html>"


@pytest.fixture
def bench() -> Iterator[ListingBench]:
    with instagram_bench() as made:
        yield made


def chromium() -> psutil.Process:
    """The browser's first process, which has no type."""
    (first,) = [one for one in browser_processes() if "--user-data-dir" in " ".join(one.cmdline()) and _is_first(one)]
    return first


def _is_first(process: psutil.Process) -> bool:
    words = process.cmdline()
    return "chrom" in words[0] and not any(word.startswith("--type=") for word in words)


def ends_as(bench: ListingBench, code: str, harm: Callable[[], object], patience: float = 15.0) -> None:
    url = bench.site.page("/stay", STAY)

    def use() -> None:
        with browser_page(bench.context(url), "t", patience_seconds=patience) as page:
            page.open(url)
            harm()
            page.text()
            page.text()

    with pytest.raises(MediaError) as caught:
        use()
    assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, code)
    wait_until_no_browser()
    with browser_page(bench.context(url), "t") as page:  # the next one is another browser
        page.open(url)
        assert "here" in page.text()


def test_a_browser_that_is_killed_is_a_passing_failure(bench: ListingBench):
    ends_as(bench, "BROWSER_CRASHED", lambda: os.kill(chromium().pid, signal.SIGKILL))


def test_a_page_that_is_killed_is_a_passing_failure(bench: ListingBench):
    def kill_renderers() -> None:
        for process in browser_processes():
            if "--type=renderer" in process.cmdline():
                process.kill()

    ends_as(bench, "BROWSER_CRASHED", kill_renderers)


def test_a_browser_that_hangs_is_given_up_and_leaves_nothing(bench: ListingBench):
    def stop_all() -> None:
        for process in [chromium(), *chromium().children(recursive=True)]:
            process.send_signal(signal.SIGSTOP)

    ends_as(bench, "BROWSER_HUNG", stop_all, patience=3.0)


def test_a_driver_that_hangs_is_given_up_and_leaves_nothing(bench: ListingBench):
    def stop_driver() -> None:
        (driver,) = [one for one in browser_processes() if "page_process.py" in " ".join(one.cmdline())]
        driver.send_signal(signal.SIGSTOP)

    ends_as(bench, "BROWSER_HUNG", stop_driver, patience=3.0)


def test_a_stop_ends_everything_within_two_seconds(bench: ListingBench):
    url = bench.site.hang("/slow")
    ended: list[tuple[MediaError, float]] = []

    def use() -> None:
        try:
            with browser_page(bench.context(url), "t") as page:
                page.open(url)
        except MediaError as error:
            ended.append((error, time.monotonic()))

    thread = threading.Thread(target=use)
    thread.start()
    assert bench.site.hanging.wait(60)
    stopped_at = time.monotonic()
    bench.stop.stop("cancel")
    thread.join(20)
    ((error, at),) = ended
    assert error.kind is FailureKind.STOPPED
    assert at - stopped_at < STOP_SECONDS
    wait_until_no_browser()


def test_everything_goes_through_the_proxy_and_nothing_by_side_doors(bench: ListingBench):
    with MediaServer() as elsewhere:
        script = f"""<script>
            window.told = [];
            fetch("{elsewhere.base_url}/direct").catch(() => 0);
            window.told.push(typeof RTCPeerConnection, typeof WebTransport);
            document.title = window.told.join();
        </script><img src="/picture.png"><video src="/film.mp4"></video><p id="told"></p>
        <script>document.querySelector("#told").textContent = document.title;</script>"""
        url = bench.site.page("/doors", script)
        with browser_page(bench.context(url), "t") as page:
            page.open(url)
            assert "undefined,undefined" in page.text()
            arguments = chromium().cmdline()
            assert elsewhere.wait_for_requests("/direct", timeout=30)
        seen = elsewhere.requests_for("/direct")[0]
        assert seen.headers["connection"] == "close"  # the guarding proxy's word
        assert "HeadlessChrome" not in seen.headers["user-agent"]
    password = bench.proxy_url.partition("://")[2].partition("@")[0].partition(":")[2]
    assert not any(password in word for word in arguments)
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)
    asked = {request.path for request in bench.site.server.requests}
    assert not asked & {"/picture.png", "/film.mp4"}


def test_an_address_that_is_not_public_is_refused(bench: ListingBench):
    with pytest.raises(MediaError), browser_page(bench.context("http://10.0.0.1/"), "t") as page:
        page.open("http://10.0.0.1/")


def test_it_uses_no_shared_memory_and_leaves_no_file(bench: ListingBench):
    before = set(Path("/dev/shm").iterdir())  # noqa: S108 - looked at only
    url = bench.site.page("/stay", STAY)
    with browser_page(bench.context(url), "t") as page:
        page.open(url)
        during = {path for path in Path("/dev/shm").iterdir() if "chrom" in path.name}  # noqa: S108
    assert during <= before
    assert (Path(settings.DATA_DIR) / "browser" / "t").stat().st_mode & 0o077 == 0


def test_one_page_at_a_time_and_a_waiting_one_can_be_stopped(bench: ListingBench):
    url = bench.site.page("/stay", STAY)
    errors: list[MediaError] = []

    def second() -> None:
        try:
            with browser_page(bench.context(url), "t"):
                pass
        except MediaError as error:
            errors.append(error)

    def first() -> None:
        with browser_page(bench.context(url), "t") as page:
            page.open(url)
            thread = threading.Thread(target=second)
            thread.start()
            bench.stop.stop("cancel")
            thread.join(10)
            page.text()

    with pytest.raises(MediaError):
        first()
    assert [error.kind for error in errors] == [FailureKind.STOPPED]


def test_a_budget_that_is_used_up_ends_the_listing_at_once(bench: ListingBench):
    url = bench.site.page("/stay", STAY)
    used_up = MediaError(FailureKind.TOLD_TO_WAIT, "RATE_LIMITED", "The hour's requests are used up.")
    context = replace(bench.context(url), refusal=lambda: used_up)

    def use() -> None:
        with browser_page(context, "t") as page:
            page.open(url)
            page.wait(30)

    with pytest.raises(MediaError) as caught:
        use()
    assert caught.value is used_up


def test_a_profile_that_grew_too_large_begins_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platforms.browser.profile.MAX_BYTES", 100)
    with profile_folder("grown", StopSignal()) as folder:
        (folder / "cookies").write_bytes(b"c" * 90)
    with profile_folder("grown", StopSignal()) as folder:
        assert [path.name for path in folder.iterdir()] == ["cookies"]
        (folder / "cache").write_bytes(b"c" * 90)
        (folder / "SingletonLock").symlink_to("another-host-1")  # a killed browser's
    with profile_folder("grown", StopSignal()) as folder:
        assert list(folder.iterdir()) == []


def test_without_a_browser_it_says_what_to_install(bench: ListingBench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MediaError) as caught, browser_page(bench.context("http://127.0.0.1/"), "t"):
        pass
    assert (caught.value.kind, caught.value.code) == (FailureKind.NEEDS_PERSON, "UNCONFIGURED")
    assert "Chromium" in caught.value.detail


def test_a_persons_cookies_stay_out_of_the_profile(bench: ListingBench):
    """Chromium would keep them on the disk, encrypted with a word that everybody knows, beside others' pages."""
    url = bench.site.page("/stay", STAY)
    cookie = Cookie("instagram.com", "sessionid", "v3ry-s3cret", secure=True, expires=int(time.time()) + 86_400)
    context = replace(bench.context(url), access=SiteAccess(cookies=(cookie,)))
    with browser_page(context, "keeper") as page:
        page.open(url)
        assert "here" in page.text()
        time.sleep(1)
    kept: list[str] = []
    for path in (Path(settings.DATA_DIR) / "browser" / "keeper").rglob("Cookies"):
        with closing(sqlite3.connect(path)) as connection:
            kept += [name for (name,) in connection.execute("SELECT name FROM cookies")]
    assert "sessionid" not in kept
