"""From ``POST /platforms/*/download`` to stored files, with the real extractors against local sites."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from downloads.models import Download
from mediadl.accounts.models import Role
from queue_app.models import QueueItem
from tests.api.clients import client_as
from tests.fakes.big_video import make_big_video
from tests.fakes.site_instagram import HOUR, NEWEST, SESSION
from tests.fakes.site_tiktok import Post
from tests.unit.platforms.social_bench import social_bench
from tests.unit.platforms.test_cookie_upload import line
from tests.unit.queue_app.building import change_settings, drain, picture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def social(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any):
    with social_bench(tmp_path, monkeypatch.setenv) as made:
        hosts = {**made.tiktok.host_map, **made.instagram.host_map}
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, test_host_map=tuple(hosts.items()))
        yield made


def started(platform: str, **body: Any) -> QueueItem:
    answer = client_as(Role.USER).post(f"/platforms/{platform}/download", body)
    assert answer.status_code == 202, answer.content
    drain()
    item: QueueItem = QueueItem.objects.get(pk=answer.json()["queue_id"])
    assert (item.status, item.error_message) == ("completed", None)
    return item


def test_a_tiktok_users_videos_and_photos_become_files(social, tmp_path):
    social.tiktok.user("ann", 1)
    photos = social.tiktok.add("ann", Post(7, "ann", NEWEST - 9 * HOUR, photos=2))
    social.files.add("/tiktok/7253000000000000000/h264-1080p.mp4", make_big_video(tmp_path / "film.mp4", 200_000))
    for number in (1, 2):
        social.files.add(f"/tiktok/{photos.id}/{number}.jpg", picture(number))
    started("tiktok", username="@ann", max_downloads=10)
    video, *pictures = Download.objects.order_by("-post_date", "media_id")
    assert (video.platform, video.source, video.content_type) == ("tiktok", "ann", "video")
    assert video.metadata["caption"] == "Look at this #cats"
    assert [one.content_type for one in pictures] == ["image", "image"]
    assert [one.metadata["position"] for one in pictures] == [1, 2]


def test_an_instagram_users_posts_become_files_and_a_second_run_finds_them_known(social):
    upload = {"content": line("sessionid", SESSION)}
    stored_cookies = client_as(Role.ADMIN).call("PUT", "/platforms/access/instagram/cookies", upload)
    assert stored_cookies.json()["sites"][0]["cookies"] == "valid"
    change_settings(platforms={"instagram": {"gallery-dl": {"pause_seconds": 0}}})
    account = social.instagram.account("ann", 2)
    for number, post in enumerate(account.posts):
        social.files.add(f"/instagram/{post['pk']}.jpg", picture(number))
    request = {"username": "ann", "content_type": "posts", "downloader": "gallery-dl", "max_downloads": 5}
    started("instagram", **request)
    stored = list(Download.objects.order_by("-post_date"))
    assert [one.media_id for one in stored] == [post["pk"] for post in account.posts]
    assert {one.source for one in stored} == {"ann"}
    assert stored[0].metadata["caption"] == "A caption of ann #cats"
    before = social.files.request_count()
    started("instagram", **request)
    assert social.files.request_count() == before
