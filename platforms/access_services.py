"""Changing what goes with requests to a site: cookies, proxy, user agent."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import transaction

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from mediadl.configuration.secret_values import encrypt
from mediadl.media import MediaError
from mediadl.net.hosts import normalise_host
from platforms import registry
from platforms.access_store import forget_known_sites, sealed_cookies
from platforms.contract import SignIn
from platforms.cookie_upload import CheckedCookies, CookieUploadError, checked_cookies
from platforms.models import StoredAccess

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
MAX_PROXY_CHARACTERS = 500
MAX_CREDENTIAL = 255  # bytes, as SOCKS counts them in one
MAX_USER_AGENT_CHARACTERS = 300
_PRINTABLE = re.compile(r"[\x20-\x7e]*")


def clean_site(text: str) -> str:
    """A platform's name, or a host, as they are stored.

    Raises:
        InvalidFieldsError: it is neither.
    """
    text = text.strip().lower()
    if text in {info.name for info in registry.platforms()}:
        return text
    try:
        host = (urlsplit(text).hostname or "") if "://" in text else text.strip("/")
        host = normalise_host(f"[{host}]" if ":" in host else host)
    except (MediaError, ValueError):
        host = ""
    if "." not in host and ":" not in host:
        names = ", ".join(info.name for info in registry.platforms() if info.sign_in)
        detail = f"Enter a host such as forum.example.org, or one of: {names}."
        raise InvalidFieldsError({"site": [detail]}, detail)
    return host.removeprefix("www.")


def store_cookies(site: str, content: str, *, user: Any) -> CheckedCookies:
    """Check an upload and keep the site's cookies of it in place of those before.

    Raises:
        InvalidFieldsError: the upload cannot be used; nothing was changed.
    """
    site = clean_site(site)
    domains, sign_in = _rule(site)
    try:
        checked = checked_cookies(content, domains=domains, sign_in=sign_in)
    except CookieUploadError as error:
        raise InvalidFieldsError({"content": [str(error)]}, str(error)) from None
    now = clock.now()
    fields = {
        "cookies": sealed_cookies(checked.cookies),
        "cookie_count": len(checked.cookies),
        "has_sign_in": checked.has_sign_in,
        "cookies_expire_at": checked.expires_at,
        "cookies_changed_at": now,
    }
    with transaction.atomic():
        _change(site, fields)
        audit(user, "platforms.cookies_store", target=site, detail={"count": len(checked.cookies)})
    forget_known_sites()
    return checked


def remove_cookies(site: str, *, user: Any) -> None:
    """Forget a site's cookies.

    Raises:
        NotFoundError: there are none.
    """
    site = clean_site(site)
    fields = {
        "cookies": "",
        "cookie_count": 0,
        "has_sign_in": False,
        "cookies_expire_at": None,
        "cookies_changed_at": None,
    }
    with transaction.atomic():
        if not StoredAccess.objects.filter(site=site, cookie_count__gt=0).exists():
            raise NotFoundError(f"There are no cookies of {site}.")
        _change(site, fields)
        audit(user, "platforms.cookies_remove", target=site)
    forget_known_sites()


def set_connection(site: str, *, proxy: str | None = None, user_agent: str | None = None, user: Any) -> None:
    """Set a site's proxy or user agent; None leaves one as it is, an empty text removes it.

    Raises:
        InvalidFieldsError: a proxy or user agent that cannot be one.
    """
    site = clean_site(site)
    fields: dict[str, Any] = {}
    if proxy is not None:
        fields["proxy"] = encrypt(_checked_proxy(proxy.strip())) if proxy.strip() else ""
    if user_agent is not None:
        fields["user_agent"] = _checked_user_agent(user_agent.strip())
    if not fields:
        return
    with transaction.atomic():
        _change(site, fields)
        audit(user, "platforms.connection", target=site, detail={"changed": sorted(fields)})
    forget_known_sites()


def forget_site(site: str, *, user: Any) -> None:
    """Forget everything that is set for a site.

    Raises:
        NotFoundError: nothing is.
    """
    site = clean_site(site)
    with transaction.atomic():
        deleted, _ = StoredAccess.objects.filter(site=site).delete()
        if not deleted:
            raise NotFoundError(f"Nothing is set for {site}.")
        audit(user, "platforms.access_forget", target=site)
    forget_known_sites()


def _change(site: str, fields: dict[str, Any]) -> None:
    row = StoredAccess.objects.select_for_update().filter(site=site).first() or StoredAccess(site=site)
    for name, value in fields.items():
        setattr(row, name, value)
    row.changed_at = clock.now()
    if row.cookie_count or row.proxy or row.user_agent:
        row.save()
    elif not row._state.adding:
        row.delete()


def _rule(site: str) -> tuple[tuple[str, ...], SignIn | None]:
    """The domains whose cookies are a site's, and what must be among them.

    Raises:
        InvalidFieldsError: a platform of many sites: its cookies belong to a host.
    """
    if site not in {info.name for info in registry.platforms()}:
        return (site,), None
    info = registry.get(site)
    if info.sign_in is None:
        detail = f"{info.display_name} is many sites: name the host that the cookies belong to."
        raise InvalidFieldsError({"site": [detail]}, detail)
    return info.sign_in.domains, info.sign_in


def _checked_proxy(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_good = (
            parts.scheme in PROXY_SCHEMES
            and bool(parts.hostname)
            and (parts.port or 1) > 0
            and parts.path in {"", "/"}
            and not parts.query
            and not parts.fragment
            and len(text) <= MAX_PROXY_CHARACTERS
            and bool(_PRINTABLE.fullmatch(text))
            and " " not in text
            and all(len(unquote(part or "").encode()) <= MAX_CREDENTIAL for part in (parts.username, parts.password))
        )
    except ValueError:
        is_good = False
    if not is_good:
        detail = f"Enter a proxy such as socks5://user:password@host:1080 ({', '.join(PROXY_SCHEMES)})."
        raise InvalidFieldsError({"proxy": [detail]}, detail)
    return text.rstrip("/")


def _checked_user_agent(text: str) -> str:
    if len(text) > MAX_USER_AGENT_CHARACTERS or not _PRINTABLE.fullmatch(text):
        detail = f"At most {MAX_USER_AGENT_CHARACTERS} plain characters in one line."
        raise InvalidFieldsError({"user_agent": [detail]}, detail)
    return text
