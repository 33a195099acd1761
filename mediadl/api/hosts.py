"""Which ``Host`` names the server answers to; behind TLS, cookies stay on TLS.

What proxies say of a request is settled before it gets here, see :mod:`mediadl.web.forwarded`.
"""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import split_domain_port, validate_host

from mediadl.api.error_responses import error_response
from mediadl.api.errors import ApiError, ErrorCode


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


class HostMiddleware:
    """Refuses foreign host names, and marks cookies as secure on TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or 400 for a host name that is not ours."""
        if not is_allowed_host(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")):
            detail = "This host name is not allowed; add it to MEDIADL_ALLOWED_HOSTS."
            return error_response(ApiError(ErrorCode.VALIDATION_ERROR, detail, status=400), request)
        response = self._get_response(request)
        if request.is_secure() and hasattr(response, "cookies"):
            for morsel in response.cookies.values():
                morsel["secure"] = True
        return response
