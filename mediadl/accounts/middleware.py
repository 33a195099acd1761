"""``request.user`` for pages and the Django admin."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mediadl.accounts.services.browser import browser_user
from mediadl.api.middleware import API_PREFIX


class SessionUserMiddleware(AuthenticationMiddleware):
    """Django's own, but a session counts only while its row is live: revoking it signs out at once."""

    def process_request(self, request: HttpRequest) -> None:
        """Set ``request.user``, looked up when somebody asks; the API's views find their own."""
        if not request.path_info.startswith(API_PREFIX):
            request.user = SimpleLazyObject(lambda: browser_user(request))  # type: ignore[assignment]
