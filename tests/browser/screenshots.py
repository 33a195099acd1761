"""Pictures of every page: ``python -m tests.browser.screenshots [PAGE ...]`` writes them to screenshots/.

Three widths, light and dark; the archive is a demo one in a data folder that is thrown away.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage

from tests.browser.site import PASSWORD, chromium, served, sign_in
from tests.browser.stage import add_pairs

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "screenshots"
PAGES = {
    "login": "/login",
    "dashboard": "/",
    "history": "/history",
    "history-table": "/history?view=table",
    "history-none": "/history?kept=1&status=failed&source=nightskies",
    "history-known": "/history/known",
    "history-bin": "/history/bin",
    "history-adopt": "/history/adopt",
    "file": "/history/3",
    "queue": "/queue",
    "scheduler": "/scheduler",
    "platforms": "/platforms",
    "platforms-cookies": "/platforms?access=instagram",
    "review": "/platforms/review",
    "settings": "/settings",
    "users": "/settings/users",
    "logs": "/logs",
    "account": "/account",
}
ENDLESS = ("history", "history-table")
WIDTHS = {360: 780, 1280: 900, 1920: 1080}
SETTLE_MILLISECONDS = 350


def _complain(message: ConsoleMessage) -> None:
    """A page that is looked at must be clean."""
    if message.type == "error":
        sys.stderr.write(f"{message.page.url if message.page else ''}: {message.text}\n")


def take(browser: Browser, address: str, folder: Path, wanted: list[str]) -> None:
    """One picture for each page, width and theme; whole pages but for the endless ones."""
    for theme in ("light", "dark"):
        for width, height in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
                has_touch=width < 720,
            )
            page = context.new_page()
            page.on("console", _complain)
            if "login" in wanted:
                page.goto(f"{address}/login")
                page.screenshot(path=folder / f"login-{width}-{theme}.png")
            sign_in(page, address, PASSWORD)
            for name in wanted:
                if name == "login":
                    continue
                page.goto(address + PAGES[name])
                page.wait_for_timeout(SETTLE_MILLISECONDS)
                page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=name not in ENDLESS)
            context.close()


def main(wanted: list[str]) -> None:
    """Make the demo archive, serve it, and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mediadl-screenshots-") as data_dir:
        environment = {**os.environ, "MEDIADL_DATA_DIR": data_dir}
        subprocess.run([sys.executable, "-m", "tests.browser.demo_data"], env=environment, check=True, cwd=PROJECT)
        add_pairs(Path(data_dir), ["wing.one", "wing.two"], cut=20)
        add_pairs(Path(data_dir), ["bin.one"], cut=0)
        with served(Path(data_dir)) as address, chromium() as browser:
            take(browser, address, FOLDER, wanted or list(PAGES))


if __name__ == "__main__":
    main(sys.argv[1:])
