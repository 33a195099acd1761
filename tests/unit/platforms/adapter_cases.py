"""One row for each adapter: how its site looks in each situation of the contract.

A new adapter adds a row to :data:`CASES` (and, if need be, a fake site): the tests of
``test_adapter_contract.py`` then hold it to the contract.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mediadl.media import FailureKind
from platforms import registry
from platforms.contract import Adapter
from tests.fakes.forum_xenforo import XenforoFake
from tests.fakes.site_fastdl import FastDlFake
from tests.fakes.site_gallery import BOARD_HOST, PNG, PROFILE_HOST, GallerySite
from tests.fakes.site_instagram import shortcode
from tests.fakes.site_toolzu import ToolzuFake

DECLINED = "declined"  # it hands the URL to the next downloader instead of failing


@dataclass(frozen=True)
class AdapterCase:
    """How one adapter meets each situation.

    Attributes:
        many: makes a source of so many posts; returns its URL.
        path_of: the path that a single request for ``url_named(name)`` asks.
        outcomes: what each situation must end as: a kind, a code, ``DECLINED``, or None for an empty
            listing without an error.
        requests_ahead: how many page requests it may make beyond what was taken from it; None
            where one request answers everything.
        over_tls: it asks Instagram or TikTok (``social_bench``) in place of the plain fake sites.
    """

    platform: str
    downloader: str
    many: Callable[[GallerySite, int], str]
    url_named: Callable[[GallerySite, str], str]
    path_of: Callable[[str], str]
    outcomes: Mapping[str, object] = field(default_factory=dict)
    files_per_post: int = 1
    requests_ahead: int | None = None
    over_tls: bool = False
    changed_body: str = "<html><body><p>Something quite different</p></body></html>"

    @property
    def name(self) -> str:
        return f"{self.platform}/{self.downloader}"

    @property
    def adapter(self) -> Adapter:
        return registry.downloader(self.platform, self.downloader).adapter


def _page_of_pictures(site: GallerySite, count: int) -> str:
    pictures = "".join(f'<img src="/pictures/{number}.jpg" width="800">' for number in range(count))
    return site.page("/gallery-page", f"<html><body>{pictures}</body></html>")


def _one_file(site: GallerySite, _count: int) -> str:
    site.server.add("/file.png", PNG)
    return site.server.url_of("/file.png")


def _thread(site: GallerySite, count: int) -> str:
    fake = XenforoFake(site.server, posts=0)
    for number in range(count):
        fake.add_post(picture=f"/photos/{number}.jpg")
    return fake.thread_url


def _fastdl(site: GallerySite, count: int) -> str:
    fake = FastDlFake(site.server)
    fake.user("ann", posts=count)
    site.settings |= fake.settings()
    return "https://www.instagram.com/ann/"


def _toolzu(site: GallerySite, count: int) -> str:
    fake = ToolzuFake(site.server)
    fake.user("ann", posts=count)
    site.settings |= fake.settings()
    return "https://www.instagram.com/ann/"


def _of_instagram(downloader: str) -> Callable[[GallerySite, str], str]:
    """Whoever is asked for, the downloader opens its own page first."""

    def url_named(site: GallerySite, name: str) -> str:
        site.settings[f"{downloader}.base_url"] = site.server.base_url
        return f"https://www.instagram.com/{name}/"

    return url_named


def _post_number(name: str) -> int:
    return 7_253_000_000_000_000_000 + int.from_bytes(name.encode()) % 10**9


def _instagram_profile(site: GallerySite, count: int) -> str:
    site.instagram.account("ann", count)
    return "https://www.instagram.com/ann/"


CASES = (
    AdapterCase(
        "instagram",
        "fastdl",
        many=_fastdl,
        url_named=_of_instagram("fastdl"),
        path_of=lambda _name: "/en",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=8,
    ),
    AdapterCase(
        "instagram",
        "toolzu",
        many=_toolzu,
        url_named=_of_instagram("toolzu"),
        path_of=lambda _name: "/downloader/instagram/profile/",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=8,
    ),
    AdapterCase(
        "tiktok",
        "yt-dlp",
        many=lambda site, count: site.tiktok.user("ann", count),
        url_named=lambda _site, name: f"https://www.tiktok.com/@ann/video/{_post_number(name)}",
        path_of=lambda name: f"/@ann/video/{_post_number(name)}",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=16,
        over_tls=True,
    ),
    AdapterCase(
        "instagram",
        "gallery-dl",
        many=_instagram_profile,
        url_named=lambda _site, name: f"https://www.instagram.com/p/{shortcode(_post_number(name))}/",
        path_of=lambda name: f"/api/v1/media/{_post_number(name)}/info/",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=8,
        over_tls=True,
    ),
    AdapterCase(
        "forum",
        "forum",
        many=_thread,
        url_named=lambda site, name: site.server.url_of(f"/threads/{name}.5/"),
        path_of=lambda name: f"/threads/{name}.5/",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=0,
    ),
    AdapterCase(
        "web",
        "direct",
        many=_one_file,
        url_named=lambda site, name: site.server.url_of(f"/{name}"),
        path_of=lambda name: f"/{name}",
        outcomes={"changed": DECLINED, "login": DECLINED, "empty": DECLINED},
    ),
    AdapterCase(
        "web",
        "gallery-dl",
        many=lambda site, count: site.board("b", count),
        url_named=lambda _site, name: f"http://{BOARD_HOST}/{name}/",
        path_of=lambda name: f"/{name}/catalog.json",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": None},
        files_per_post=2,
        requests_ahead=8,
    ),
    AdapterCase(
        "web",
        "yt-dlp",
        many=lambda site, count: site.profile("ann", count),
        url_named=lambda _site, name: f"http://{PROFILE_HOST}/u/ann/{name}",
        path_of=lambda name: f"/u/ann/{name}",
        outcomes={"changed": FailureKind.SITE_CHANGED, "login": "LOGIN_REQUIRED", "empty": FailureKind.SITE_CHANGED},
        requests_ahead=16,
    ),
    AdapterCase(
        "web",
        "page",
        many=_page_of_pictures,
        url_named=lambda site, name: site.server.url_of(f"/{name}"),
        path_of=lambda name: f"/{name}",
        outcomes={"changed": None, "login": "LOGIN_REQUIRED", "empty": None},
    ),
)
