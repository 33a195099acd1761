"""What the history's page does to downloads."""

import json

import pytest

from downloads.models import AdoptedEntry, Download, Tombstone
from mediadl import clock
from mediadl.accounts.models import Role
from tests.unit.ui.rows import HTMX, browser_as, make_download

pytestmark = pytest.mark.django_db


def test_keeping_marking_and_deleting_the_selected_ones():
    browser = browser_as(Role.USER)
    ids = [make_download().pk for _ in range(2)]
    browser.post("/history/bulk", {"action": "keep", "ids": ids}, headers=HTMX)
    assert Download.objects.filter(kept=True).count() == 2
    answer = browser.post("/history/bulk", {"action": "delete", "ids": ids[:1]}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "1 file deleted"
    assert Download.objects.count() == 1
    assert Tombstone.objects.count() == 1


def test_all_that_match_means_the_filters_of_the_page():
    browser = browser_as(Role.USER)
    for source in ("a.example", "a.example", "b.example"):
        make_download(source=source)
    browser.post("/history/bulk", {"action": "keep", "all": "1", "query": "source=a.example"}, headers=HTMX)
    assert set(Download.objects.filter(kept=True).values_list("source", flat=True)) == {"a.example"}


def test_nothing_selected_and_unknown_actions_are_refused():
    browser = browser_as(Role.USER)
    assert browser.post("/history/bulk", {"action": "keep"}, headers=HTMX).status_code == 422
    assert browser.post("/history/bulk", {"action": "burn", "ids": [1]}, headers=HTMX).status_code == 422


def test_what_was_deleted_can_be_fetched_again():
    browser = browser_as(Role.USER)
    browser.post("/history/bulk", {"action": "delete", "ids": [make_download().pk]}, headers=HTMX)
    row = Tombstone.objects.get()
    assert b"Fetch again" in browser.get("/history/known").content
    browser.post(f"/history/known/{row.pk}/again", headers=HTMX)
    assert Tombstone.objects.count() == 0
    assert browser.post(f"/history/known/{row.pk}/again", headers=HTMX).status_code == 404


def test_what_is_known_is_found_by_its_source_or_link():
    for source, url in (("savanna", "https://a.example/lion"), ("harbour", "https://b.example/boat")):
        Tombstone.objects.create(platform="web", media_id=url, url=url, source=source, deleted_at=clock.now())
    browser = browser_as(Role.VIEWER)
    for search in ("SAVANNA", "a.example/li"):
        shown = browser.get("/history/known", {"search": search})
        assert [row.source for row in shown.context["rows"]] == ["savanna"]
        assert f'value="{search}"' in shown.content.decode()
    assert "Nothing here matches" in browser.get("/history/known?search=nobody").content.decode()


def test_pages_of_what_is_known_keep_the_search():
    rows = [
        Tombstone(platform="web", media_id=str(n), url="https://a.example/", source="a & b", deleted_at=clock.now())
        for n in range(61)
    ]
    Tombstone.objects.bulk_create(rows)
    first = browser_as(Role.VIEWER).get("/history/known", {"search": "a & b"})
    assert len(first.context["rows"]) == 60
    assert "?page=2&amp;search=a+%26+b" in first.content.decode()
    second = browser_as(Role.VIEWER).get("/history/known?page=2&search=a+%26+b")
    assert (len(second.context["rows"]), second.context["next_page"]) == (1, 0)


def test_archive_entries_without_a_file_are_listed_and_can_be_fetched_again():
    made = make_download()
    for program, entry, download in (("gallery-dl", "instagram1", None), ("yt-dlp", "i A", None), ("x", "b", made)):
        AdoptedEntry.objects.create(
            program=program, entry=entry, match="instagram:1", source="ada", download=download, adopted_at=clock.now()
        )
    browser = browser_as(Role.USER)
    assert "?of=archives" in browser.get("/history/known").content.decode()
    shown = browser.get("/history/known?of=archives&search=gram1")
    assert [row.entry for row in shown.context["rows"]] == ["instagram1"]
    again = f"/history/known/archived/{AdoptedEntry.objects.get(entry='instagram1').pk}/again"
    assert f'hx-post="{again}"' in shown.content.decode()
    assert browser_as(Role.VIEWER).post(again).status_code == 403
    browser.post(again, headers=HTMX)
    assert [row.entry for row in AdoptedEntry.objects.all()] == ["b"]  # its file is here
    assert browser.post(again, headers=HTMX).status_code == 404
    assert b"Every adopted entry has its file" in browser.get("/history/known?of=archives").content


def test_pages_go_on_and_end():
    for _ in range(70):
        make_download()
    first = browser_as(Role.VIEWER).get("/history")
    assert (len(first.context["tiles"]), first.context["next_page"]) == (60, 2)
    rest = browser_as(Role.VIEWER).get(f"/history/more/2?after={first.context['last_day']}")
    assert (len(rest.context["tiles"]), rest.context["next_page"]) == (10, 0)
    assert rest.context["days"][0].continues


def test_one_file_is_a_part_for_the_lightbox_and_else_a_page():
    made = make_download(metadata={"caption": "A new print"})
    browser = browser_as(Role.VIEWER)
    part = browser.get(f"/history/{made.pk}", headers=HTMX)
    assert b"<html" not in part.content
    assert b"A new print" in part.content
    assert b"<html" in browser.get(f"/history/{made.pk}").content
    assert browser.get("/history/999999").status_code == 404


def test_a_zip_holds_what_is_there():
    made = make_download()
    answer = browser_as(Role.VIEWER).post("/history/zip", {"ids": [made.pk]})
    assert answer.headers["Content-Type"] == "application/zip"
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_tags_and_a_note_are_written_beside_the_file_and_lead_to_its_like():
    made, other = make_download(), make_download()
    browser = browser_as(Role.USER)
    path = f"/history/{made.pk}/annotate"
    answer = browser.post(path, {"tags": "Beach, summer 2025,", "note": "Framed in the hall."}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "Tags and note are saved"
    shown = browser.get(f"/history/{made.pk}").content.decode()
    assert 'value="beach, summer 2025"' in shown
    assert "Framed in the hall." in shown
    assert "/history?tag=summer%202025" in shown
    found = browser.get("/history?tag=summer 2025")
    assert [tile.id for tile in found.context["tiles"]] == [made.pk]
    assert "Tag: summer 2025" in found.content.decode()
    assert other.pk not in [tile.id for tile in found.context["tiles"]]
    refused = browser.post(path, {"tags": "x" * 61, "note": ""}, headers=HTMX)
    assert (refused.status_code, refused.content.decode()) == (422, "A tag has 1 to 60 visible characters.")
    assert browser.post("/history/999999/annotate", {}, headers=HTMX).status_code == 404
    viewer = browser_as(Role.VIEWER)
    assert viewer.post(path, {"tags": "mine"}, headers=HTMX).status_code == 403
    assert "Framed in the hall." in viewer.get(f"/history/{made.pk}").content.decode()
