"""Instagram and TikTok stood in for by local TLS servers, with real extractor processes in front of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediadl.net.cookies import Cookie
from mediadl.net.proxy import GuardingProxy
from platforms.access import SiteAccess
from platforms.contract import ListingContext
from tests.fakes.certificates import make_certificate
from tests.fakes.media_server import MediaServer
from tests.fakes.site_gallery import GallerySite
from tests.fakes.site_instagram import HOSTS as INSTAGRAM_HOSTS
from tests.fakes.site_instagram import SESSION, InstagramSite
from tests.fakes.site_tiktok import HOSTS as TIKTOK_HOSTS
from tests.fakes.site_tiktok import TikTokSite
from tests.unit.platforms.listing_bench import ListingBench

SESSION_COOKIE = Cookie(domain="instagram.com", name="sessionid", value=SESSION, secure=True, http_only=True)


class SocialSite(GallerySite):
    """Both sites behind one TLS server; pages of theirs can be replaced as those of any fake site."""

    def __init__(self, pages: MediaServer, files: MediaServer) -> None:
        super().__init__(pages)
        self.tiktok = TikTokSite(pages, files)
        self.instagram = InstagramSite(pages, files)


class SocialBench(ListingBench):
    """Runs adapters of Instagram and TikTok.

    Attributes:
        tiktok, instagram: what the sites show.
        cookies: of the account that asks.
        settings: of the platform.
    """

    def __init__(self, pages: MediaServer, files: MediaServer, proxy_url: str) -> None:
        site = SocialSite(pages, files)
        super().__init__(site, proxy_url)
        self.files = files
        self.tiktok, self.instagram = site.tiktok, site.instagram
        self.cookies: tuple[Cookie, ...] = (SESSION_COOKIE,)
        self.settings: dict[str, Any] = {"quality": "hd", "gallery-dl.pause_seconds": 0}

    def context(self, url: str, **request: Any) -> ListingContext:
        made = super().context(url, **request)
        return replace(made, setting=self.settings.__getitem__, access=SiteAccess(cookies=self.cookies))


@contextmanager
def social_bench(folder: Path, set_environment: Callable[[str, str], None]) -> Iterator[SocialBench]:
    """Both sites and the proxy; the children trust the certificate through the environment."""
    certificate = make_certificate(folder, *INSTAGRAM_HOSTS, *TIKTOK_HOSTS)
    set_environment("SSL_CERT_FILE", str(certificate.trust_file))
    with ExitStack() as stack:
        pages = stack.enter_context(MediaServer(tls=certificate.context))
        files = stack.enter_context(MediaServer())
        hosts = (*INSTAGRAM_HOSTS, *TIKTOK_HOSTS)
        proxy = GuardingProxy(host_map=dict.fromkeys(hosts, f"127.0.0.1:{pages.port}"))
        proxy.start()
        stack.callback(proxy.stop)
        bench = SocialBench(pages, files, proxy.url)
        stack.callback(bench.close)
        yield bench
