"""The panel of gallery-dl and yt-dlp: their age, the button, and what came of the last update."""

import json

import pytest
from django_q.models import OrmQ

from mediadl import clock
from mediadl.accounts.models import Role
from platforms.extractors import environment, updates
from tests.unit.ui.rows import HTMX, browser_as

BUTTON = b'action="/platforms/extractors/update"'


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    environment.extractors_folder().mkdir()


@pytest.mark.django_db(databases=["default", "broker"])
def test_the_button_sends_one_update_to_a_worker(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser_as(Role.ADMIN).post("/platforms/extractors/update", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "The extractors are being updated"
    (task,) = [one for one in OrmQ.objects.all() if one.name() == "extractors"]
    assert task.func() == "platforms.extractors.tasks.update"


@pytest.mark.django_db
def test_the_page_shows_versions_and_only_admins_the_button():
    for role, shown in ((Role.ADMIN, True), (Role.USER, False), (Role.VIEWER, False)):
        page = browser_as(role).get("/platforms").content
        assert (BUTTON in page) is shown
        for version in environment.bundled_versions().values():
            assert version.encode() in page


@pytest.mark.django_db
def test_the_page_says_why_the_last_update_failed_and_that_one_runs():
    last = {"ended_at": clock.now().isoformat(), "error": "yt-dlp does not list a stream any more. <b>"}
    (environment.extractors_folder() / "last.json").write_text(json.dumps(last))
    page = browser_as(Role.VIEWER).get("/platforms").content.decode()
    assert "The last update failed: yt-dlp does not list a stream any more. &lt;b&gt;" in page
    with updates._alone():
        assert "They are being updated." in browser_as(Role.VIEWER).get("/platforms").content.decode()
