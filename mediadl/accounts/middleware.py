"""``request.user`` for pages and the Django admin."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mediadl.accounts.services.browser import browser_user


class SessionUserMiddleware(AuthenticationMiddleware):
    """Django's own, but a session counts only while its row is live: revoking it signs out at once."""

    def process_request(self, request: HttpRequest) -> None:
        """Set ``request.user``, looked up when somebody asks."""
        request.user = SimpleLazyObject(lambda: browser_user(request))  # type: ignore[assignment]
