"""The content security policy of every answer, with a nonce for the few inline scripts of the pages."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"
NONCE_BYTES = 16

_POLICY = (
    "default-src 'none'; "
    "script-src 'self' 'nonce-{nonce}'; "
    "style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; "
    "media-src 'self' blob:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "worker-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "object-src 'none'; "
    "frame-ancestors 'none'"
)


def policy(nonce: str) -> str:
    """The header's text; nothing inline runs or styles without ``nonce``."""
    return _POLICY.format(nonce=nonce)


class ContentSecurityPolicyMiddleware:
    """Gives each request a ``csp_nonce`` and each answer the policy, unless a view set a stricter one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with the policy in the headers."""
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        request.csp_nonce = nonce  # type: ignore[attr-defined] # read by the templates
        response = self._get_response(request)
        response.headers.setdefault(HEADER, policy(nonce))
        return response
