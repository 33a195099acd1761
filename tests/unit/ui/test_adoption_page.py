"""The page on which collections are adopted."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from downloads.adoption.models import AdoptionRun
from downloads.adoption.services import work_on_adoptions
from downloads.models import Download
from mediadl.accounts.models import Role
from tests.unit.downloads.adoption.collections import gallery_dl_archive, instagram_collection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(django_user_model):
    browser = Client()
    browser.force_login(django_user_model.objects.create_user("ada", role=Role.ADMIN))
    return browser


@pytest.fixture
def folder(settings, tmp_path):
    place = Path(settings.DATA_DIR) / tmp_path.name
    place.mkdir(parents=True)
    return place


def work() -> None:
    while not work_on_adoptions(seconds=0.5):
        pass


def test_a_dry_run_and_then_the_adoption(admin, folder):
    ids = instagram_collection(folder, 3)
    (folder / "page.jpg").write_text("<html>")
    archive = gallery_dl_archive(folder / "archive.sqlite3", [f"instagram{one}" for one in ids])
    form = {"folder": str(folder), "archives": str(archive), "placement": "in_place"}
    assert admin.post(reverse("adoption"), {**form, "dry_run": "yes"}).status_code == 302
    work()
    shown = admin.get(reverse("adoption")).content.decode()
    assert 'aria-current="page">Adopt' in shown
    assert "3 files would be adopted" in shown
    assert "page.jpg" in shown
    assert "Do it" in shown
    assert Download.objects.count() == 0
    admin.post(reverse("adoption"), {**form, "dry_run": "no"})
    assert "Do it" not in admin.get(reverse("adoption")).content.decode()
    work()
    done = admin.get(reverse("adoption")).content.decode()
    assert "3 files adopted" in done
    assert "Do it" not in done
    assert Download.objects.count() == 3


def test_a_folder_without_archives_is_shown_and_the_page_asks_again_while_it_runs(admin, folder):
    instagram_collection(folder, 2)
    assert admin.post(reverse("adoption"), {"folder": str(folder), "placement": "in_place"}).status_code == 302
    running = admin.get(reverse("adoption"))
    assert running.status_code == 200
    assert 'hx-trigger="every 2s"' in running.content.decode()
    work()
    done = admin.get(reverse("adoption")).content.decode()
    assert f"<code>{folder}</code>" in done
    assert "hx-trigger" not in done[done.index('id="adoptions"') :][:200]


def test_what_was_stopped_or_asked_for_in_another_way_can_still_be_done(admin, folder):
    instagram_collection(folder, 1)
    form = {"folder": str(folder), "placement": "in_place"}
    admin.post(reverse("adoption"), {**form, "dry_run": "yes"})
    work()
    for other in ({"source": "someone"}, {}):
        admin.post(reverse("adoption"), {**form, **other, "dry_run": "no"})
        if not other:
            admin.post(reverse("adoption-cancel", args=[AdoptionRun.objects.latest("pk").pk]))
        assert "Do it" in admin.get(reverse("adoption")).content.decode()


def test_a_running_one_says_how_many_files_it_has_seen_so_far(admin, folder):
    instagram_collection(folder, 70)  # more than one batch
    admin.post(reverse("adoption"), {"folder": str(folder), "placement": "in_place", "dry_run": "no"})
    waiting = admin.get(reverse("adoption")).content.decode()
    assert "<strong>0</strong> files so far" in waiting
    assert "Nothing to adopt was found" not in waiting
    work_on_adoptions(seconds=0)
    shown = admin.get(reverse("adoption")).content.decode()
    assert "<strong>64</strong> files so far" in shown
    work()
    assert "so far" not in admin.get(reverse("adoption")).content.decode().partition('id="adoptions"')[2]


def test_adopting_without_a_dry_run_asks_first(admin):
    page = admin.get(reverse("adoption")).content.decode()
    (button,) = [part for part in page.split("<button")[1:] if 'name="dry_run"' in part and 'value="no"' in part]
    assert 'data-ask-title="Adopt without a dry run?"' in button


@pytest.mark.parametrize("place", ["/etc", "relative", "/nowhere"])
def test_folders_outside_the_media_roots_are_refused(admin, place):
    answer = admin.post(reverse("adoption"), {"folder": place, "placement": "in_place", "dry_run": "no"})
    assert answer.status_code == 422
    assert AdoptionRun.objects.count() == 0


def test_a_run_can_be_stopped(admin, folder):
    instagram_collection(folder, 1)
    admin.post(reverse("adoption"), {"folder": str(folder), "placement": "in_place", "dry_run": "no"})
    admin.post(reverse("adoption-cancel", args=[AdoptionRun.objects.get().pk]))
    work()
    assert (AdoptionRun.objects.get().status, Download.objects.count()) == ("cancelled", 0)


def test_the_path_template_is_previewed(admin):
    good = admin.get(reverse("path-preview"), {"template": "{platform}/{source}_{media_id}"})
    assert (good.status_code, good.content.decode()) == (200, "instagram/evalongoria_123456789.jpg")
    assert admin.get(reverse("path-preview"), {"template": "../{media_id}"}).status_code == 422
