"""How a site is asked: the cookies, the user agent and the proxy that a person set for it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mediadl.net.cookies import Cookie

_HEADER = "# Netscape HTTP Cookie File\n"
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """What goes with each request to one site.

    Attributes:
        cookies: the site's cookies, none where nobody uploaded any.
        user_agent: empty for the product's own.
        proxy_url: the upstream proxy, empty for none; its credentials never reach a process list.
    """

    cookies: tuple[Cookie, ...] = ()
    user_agent: str = ""
    proxy_url: str = ""


NO_ACCESS = SiteAccess()


def access_for(platform: str, downloader: str, url: str) -> SiteAccess:
    """What goes with requests for ``url`` by a platform's downloader."""
    return NO_ACCESS if platform or downloader or url else SiteAccess()


def has_cookies(platform: str) -> bool:
    """Whether cookies of the platform's own site are here and still valid."""
    return not platform


@contextmanager
def cookies_file(cookies: tuple[Cookie, ...]) -> Iterator[Path]:
    """A ``cookies.txt`` for a child process: readable by this user alone, gone afterwards.

    Yields:
        its path, in a folder of its own with mode 0700.
    """
    with tempfile.TemporaryDirectory(prefix="mediadl-cookies-") as folder:
        path = Path(folder) / "cookies.txt"
        path.touch(mode=_PRIVATE)
        path.write_text(_HEADER + "".join(f"{cookie.netscape_line()}\n" for cookie in cookies), encoding="utf-8")
        yield path
