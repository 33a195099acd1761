"""Django's admin for this product: one way to sign in, the login page's, with its lock."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import get_script_prefix

from mediadl.accounts.services.browser import sign_out_browser


def _login_path() -> str:
    return get_script_prefix().rstrip("/") + str(settings.LOGIN_URL)


class ProductAdminSite(admin.AdminSite):
    """Signs in and out through :mod:`mediadl.accounts.services`."""

    site_header = "Media Downloader administration"
    site_title = "Media Downloader"
    site_url = settings.FORCE_SCRIPT_NAME or "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """Send people to the login page; those who are signed in but no admins may not come in.

        Raises:
            PermissionDenied: the role is too low.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or request.get_full_path()
        return redirect_to_login(target, _login_path())

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Sign out, the session's row included."""
        sign_out_browser(request)
        return redirect(_login_path())
