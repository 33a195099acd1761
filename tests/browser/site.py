"""The web process for pages' tests and screenshots, and a Chromium to look at it."""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PASSWORD = "Look-at-the-pages-1"  # of the demo archive
START_SECONDS = 30
STOP_SECONDS = 10
_SERVE = """
from mediadl.web.server import run
from mediadl.asgi import application
run("127.0.0.1", 0, application=application, ready_fd={fd})
"""


@contextmanager
def served(data_dir: Path, **variables: str) -> Iterator[str]:
    """The web process on a free port of loopback; gives its address and ends it afterwards."""
    reading, writing = os.pipe()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        "MEDIADL_DATA_DIR": str(data_dir),
        "MEDIADL_ENV": "test",
        **variables,
    }
    process = subprocess.Popen([sys.executable, "-c", _SERVE.format(fd=writing)], env=environment, pass_fds=[writing])
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], START_SECONDS)
        port = os.read(reading, 16).decode().strip() if ready else ""
        if not port:
            raise RuntimeError("the web process did not start")
        yield f"http://127.0.0.1:{port}{variables.get('MEDIADL_BASE_PATH', '')}"
    finally:
        os.close(reading)
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        if process.poll() is None:
            process.kill()
            process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, without a sandbox only where it would refuse one (root)."""
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, address: str, password: str, username: str = "admin") -> None:
    """Sign in as a person does."""
    page.goto(f"{address}/login")
    page.get_by_label("Name", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
