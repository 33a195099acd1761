"""How a site is asked: the cookies, the user agent and the proxy that a person set for it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from mediadl import clock
from mediadl.net.cookies import Cookie
from platforms.access_store import known_sites


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


def access_for(platform: str, url: str) -> SiteAccess:
    """What goes with a platform's requests for ``url``.

    Cookies are those of the platform and of the URL's host, each with its own domain, by which the
    client decides what it sends where. A proxy and a user agent of the host count more than the platform's.
    """
    sites = known_sites()
    if not sites:
        return NO_ACCESS
    set_for = [sites[name] for name in (*hosts_of(url), platform) if name in sites]
    return SiteAccess(
        cookies=tuple(cookie for known in set_for for cookie in known.cookies),
        user_agent=next((known.user_agent for known in set_for if known.user_agent), ""),
        proxy_url=next((known.proxy for known in set_for if known.proxy), ""),
    )


def has_cookies(platform: str) -> bool:
    """Whether cookies of the platform's own site are here, and their sign-in is still valid."""
    known = known_sites().get(platform)
    if known is None or not known.has_sign_in:
        return False
    return known.expires_at is None or known.expires_at > clock.now()


def hosts_of(url: str) -> list[str]:
    """The URL's host, then the domains above it that are not a whole country's or kind's."""
    host = urlsplit(url).hostname or ""
    labels = host.split(".")
    return [host, *(".".join(labels[start:]) for start in range(1, len(labels) - 1))]
