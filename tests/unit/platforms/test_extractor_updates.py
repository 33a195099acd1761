"""Keeping gallery-dl and yt-dlp up to date: installed by pip, tested, used; or left as they were."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.configuration import services
from platforms.extractors import environment, tasks, updates
from platforms.extractors.self_test import problem_with
from platforms.programs import program, script
from platforms.web.gallery_dl import GalleryDlAdapter
from tests.api.clients import client_as
from tests.fakes.extractor_wheels import add_wheel


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Path:
    """An empty package index that pip is configured for, and a data folder of the test's own."""
    folder = tmp_path / "index"
    folder.mkdir()
    settings.DATA_DIR = tmp_path / "data"
    for name in [one for one in os.environ if one.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def release(index: Path, version: str, *, works: bool = True) -> None:
    add_wheel(index, "gallery-dl", version)
    add_wheel(index, "yt-dlp", version, works=works)


def test_the_products_own_are_used_before_the_first_update_and_pass_the_test(index):
    assert environment.versions() == environment.bundled_versions()
    assert program("gallery_dl") == [sys.executable, "-I", "-u", "-m", "gallery_dl"]
    assert problem_with(None) == ""


def test_newer_ones_are_tested_and_used_and_broken_ones_are_not(index, bench):
    release(index, "9001.1.1")
    assert updates.update().error == ""
    assert environment.versions() == {"gallery-dl": "9001.1.1", "yt-dlp": "9001.1.1"}
    used = environment.current_folder()
    assert str(used) in program("gallery_dl")
    assert str(used) in script(Path("patterns.py"))
    assert len(bench.list(GalleryDlAdapter(), bench.site.board("b", 1))) == 2  # a listing by the new one

    release(index, "9002.1.1", works=False)
    error = updates.update().error
    assert "yt-dlp" in error
    assert "this release is broken" in error
    assert environment.current_folder() == used
    assert [one.name for one in environment.extractors_folder().iterdir() if one.is_dir()] == [used.name]


def test_an_index_that_has_none_changes_nothing(index):
    assert "pip could not install them" in updates.update().error
    assert environment.current() is None
    assert updates.last_update().error


def test_a_product_that_brings_newer_ones_uses_its_own_again(index):
    folder = environment.extractors_folder() / "old"
    folder.mkdir(parents=True)
    old = environment.Installed(folder, dict.fromkeys(environment.PACKAGES, "1.0"), clock.now())
    environment.make_current(old)
    assert environment.current() is None
    environment.make_current(environment.Installed(folder, {**old.versions, "yt-dlp": "9001.1"}, clock.now()))
    assert environment.versions()["yt-dlp"] == "9001.1"
    folder.rmdir()
    assert environment.versions() == environment.bundled_versions()


def test_two_updates_do_not_run_at_once(index):
    with updates._alone():
        assert updates.is_running()
        with pytest.raises(updates.UpdateRunningError):
            updates.update()
        tasks.update()  # a second message is no failure
    assert not updates.is_running()


@pytest.mark.django_db
def test_once_a_day_where_the_setting_says_so(index, monkeypatch):
    started = []
    monkeypatch.setattr(tasks, "start_update", lambda: started.append(1))
    assert tasks.start_update_if_due() == 0
    services.change({"general": {"update_extractors": True}}, user=None)
    assert tasks.start_update_if_due() == 1
    updates.update()
    assert tasks.start_update_if_due() == 0
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert tasks.start_update_if_due() == 1


@pytest.mark.django_db
def test_the_api_shows_them_and_starts_an_update(index, monkeypatch):
    shown = client_as(Role.VIEWER).get("/platforms/extractors").json()
    assert {one["name"]: one["version"] for one in shown["extractors"]} == environment.bundled_versions()
    assert (shown["updated_at"], shown["last_error"], shown["updating"]) == (None, None, False)
    started = []
    monkeypatch.setattr("platforms.extractors.api.start_update", lambda: started.append(1))
    assert client_as(Role.ADMIN).post("/platforms/extractors/update", {}).status_code == 202
    assert started == [1]
