"""Which ``Host`` names the server answers to, and what it believes of a proxy's headers."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import split_domain_port, validate_host

from mediadl.api.error_responses import error_response
from mediadl.api.errors import InvalidJsonError

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")


def is_allowed_host(host: str) -> bool:
    """Whether ``host`` (a ``Host`` header, port included) is one of ours.

    Address literals always are: no rebinding of a DNS name can send a browser there.
    """
    domain, _port = split_domain_port(host)
    if not domain:
        return False
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return domain == "localhost" or validate_host(domain, settings.PERMITTED_HOST_NAMES)
    return True


def _is_trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.ENVIRONMENT.trusted_proxies)


def client_address(peer: str, forwarded_for: str) -> str:
    """The client's address: the last one that no trusted proxy speaks for.

    Only what trusted proxies wrote counts, so the list is read from its end.
    """
    address = peer
    for claimed in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _is_trusted(address):
            break
        try:
            address = str(ipaddress.ip_address(claimed.strip("[]")))
        except ValueError:
            break
    return address


class HostMiddleware:
    """Drops forged proxy headers, finds the client's address, and refuses foreign host names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or 400 for a host name that is not ours."""
        meta = request.META
        peer = meta.get("REMOTE_ADDR") or ""
        if settings.ENVIRONMENT.trusted_proxies and _is_trusted(peer):
            meta["REMOTE_ADDR"] = client_address(peer, meta.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            for name in _FORWARDED:
                meta.pop(name, None)
        host = meta.get("HTTP_X_FORWARDED_HOST") or meta.get("HTTP_HOST") or meta.get("SERVER_NAME", "")
        if not is_allowed_host(host):
            return error_response(
                InvalidJsonError("This host name is not allowed; add it to MEDIADL_ALLOWED_HOSTS."), request
            )
        response = self._get_response(request)
        if request.is_secure() and hasattr(response, "cookies"):
            for morsel in response.cookies.values():
                morsel["secure"] = True
        return response
