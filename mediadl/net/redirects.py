"""Where a redirect leads, and what may be sent there."""

import re
from dataclasses import replace
from urllib.parse import urljoin

from mediadl.media import FailureKind, MediaError
from mediadl.net.addresses import check_url
from mediadl.net.exchange import RequestSpec, ResponseHead
from mediadl.net.hosts import URL_ADVICE
from mediadl.net.urls import origin_of

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_TO_GET = frozenset({301, 302, 303})
_BODY_HEADERS = frozenset({"content-type"})


def is_redirect(head: ResponseHead) -> bool:
    """Whether the answer asks to go elsewhere and says where."""
    return head.status in REDIRECT_STATUSES and bool(head.headers.get("Location", "").strip())


def next_request(request: RequestSpec, head: ResponseHead, *, has_cookies: bool) -> RequestSpec:
    """The request that follows a redirect: checked, and without what the new place must not see.

    ``Authorization`` and ``Cookie`` headers stay at their origin. With credentials (or cookies of a
    person) a way from https to plain http is refused.

    Raises:
        MediaError: ``BAD_URL``, ``PRIVATE_ADDRESS`` or ``INSECURE_REDIRECT``.
    """
    location = head.headers.all("Location")[0].strip()
    try:
        target = check_url(_join(head.url, location))
    except MediaError as error:
        raise MediaError(
            error.kind, error.code, f"A redirect was not followed: {error.detail.removesuffix(URL_ADVICE)}"
        ) from error
    headers = dict(request.headers)
    before, after = origin_of(head.url), origin_of(target)
    if before != after:
        has_credentials = has_cookies or any(name.lower() in _CREDENTIALS for name in headers)
        if before[0] == "https" and after[0] == "http" and has_credentials:
            detail = "A redirect to an unencrypted address was not followed, since cookies or a login belong to it."
            raise MediaError(FailureKind.REFUSED, "INSECURE_REDIRECT", detail)
        headers = {name: value for name, value in headers.items() if name.lower() not in _CREDENTIALS}
    if head.status in _TO_GET and request.body is not None:
        headers = {name: value for name, value in headers.items() if name.lower() not in _BODY_HEADERS}
        return replace(request, url=target, headers=headers, body=None)
    return replace(request, url=target, headers=headers)


def _join(base: str, location: str) -> str:
    if _HAS_SCHEME.match(location):
        return location  # urljoin would repair "http:////host"
    try:
        return urljoin(base, location)
    except ValueError:  # an IPv6 address that is none
        raise MediaError(FailureKind.REFUSED, "BAD_URL", "Its address cannot be read.") from None
