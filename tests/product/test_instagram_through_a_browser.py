"""Instagram as a user asks for it: a request, the fake fastdl in a real Chromium, files with what is known of them."""

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes.instagram_posts import FakePost, FakeUser, file_name
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import FastDlFake
from tests.product.running import Product
from tests.product.test_from_link_to_file import downloads, wait_until_ended

DOWNLOAD = "/api/v1/platforms/instagram/download"


@pytest.fixture
def site() -> Iterator[MediaServer]:
    """The fake site, its media included."""
    assert shutil.which("chromium"), "make setup installs it"
    with MediaServer() as server:
        yield server


def picture(number: int) -> bytes:
    """A JPEG unlike all others."""
    made = io.BytesIO()
    Image.new("RGB", (640, 800), (number * 7 % 256, number * 31 % 256, 90)).save(made, "JPEG")
    return made.getvalue()


def serve_media(site: MediaServer, user: FakeUser) -> None:
    for post in user.posts:
        for pk in post.part_pks:
            site.add(f"/v/{file_name(pk)}", picture(pk % 1009))


@pytest.fixture
def ann(site: MediaServer, product: Product) -> FakeUser:
    fake = FastDlFake(site)
    user = fake.user("ann", posts=14)
    user.posts.insert(0, FakePost(900, site.base_url, is_pinned=True))
    user.posts[2] = FakePost(2, site.base_url, ("image", "image"), caption="Two of them")
    serve_media(site, user)
    change = {"platforms": {"instagram": {"fastdl": {"base_url": site.base_url}}}}
    assert product.request("PATCH", "/api/v1/settings", change).status == 200
    return user


def test_a_request_for_a_user_ends_in_files_with_captions_and_dates(product: Product, site: MediaServer, ann: FakeUser):
    body = {"username": "@ann", "content_type": "posts", "downloader": "fastdl", "max_downloads": 13}
    answer = product.request("POST", DOWNLOAD, body)
    assert answer.status == 202, answer.body
    ended = wait_until_ended(product, int(answer.json()["queue_id"]), seconds=180)

    assert ended["status"] == "completed", ended
    newest = [post for post in ann.posts if not post.is_pinned][:13]  # the pinned one is the oldest
    rows = {row["metadata"]["media_id"]: row for row in downloads(product)}
    assert set(rows) == {str(pk) for post in newest for pk in post.part_pks}
    row = rows[str(newest[0].pk)]
    when = datetime.fromtimestamp(newest[0].taken_at, UTC)
    expected = product.data_dir / "downloads" / "fastdl" / "ann" / f"ann_{when:%Y%m%d_%H%M%S}_{newest[0].pk}.jpg"
    assert Path(row["file_path"]) == expected
    assert expected.read_bytes() == picture(newest[0].pk % 1009)
    assert (row["metadata"]["caption"], row["metadata"]["author"]) == (newest[0].caption, "ann")
    assert (row["content_type"], row["source"]) == ("post", "ann")
    parts = [rows[str(pk)] for pk in ann.posts[2].part_pks]
    assert [part["metadata"]["position"] for part in parts] == [1, 2]
    assert {part["url"] for part in parts} == {f"https://www.instagram.com/p/{ann.posts[2].code}/"}

    site.reset_counters()
    again = product.request("POST", DOWNLOAD, body)
    ended = wait_until_ended(product, int(again.json()["queue_id"]), seconds=180)
    assert (ended["status"], ended["items_downloaded"]) == ("completed", 0)
    assert not [seen for seen in site.requests if seen.path.startswith("/v/")]
