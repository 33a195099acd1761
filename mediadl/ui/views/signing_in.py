"""Sign in and sign out; both work without JavaScript."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from mediadl.accounts.services import sign_in_browser, sign_out_browser
from mediadl.api.errors import ApiError, ErrorCode
from mediadl.ui.presenters.login_pattern import LINES
from mediadl.ui.words import duration


def _destination(request: HttpRequest) -> str:
    """Where to go afterwards: a path of our own, never another site's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=False)
    return wanted if ours and wanted.startswith("/") else reverse("dashboard")


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    full = {"next": _destination(request), "pattern": LINES, **context}
    return render(request, "login/page.html", full, status=status)


@sensitive_post_parameters("password")
@never_cache
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The login page; a refusal says why, a lock how long it lasts."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(_destination(request))
        return _page(request)
    name = request.POST.get("username", "").strip()
    try:
        sign_in_browser(request, name, request.POST.get("password", ""))
    except ApiError as error:
        if error.code is ErrorCode.TOO_MANY_LOGIN_ATTEMPTS:
            seconds = int(error.headers.get("Retry-After", "0"))
            return _page(request, status=429, username=name, locked=duration(seconds), locked_seconds=seconds)
        return _page(request, status=401, username=name, refused=True)
    return HttpResponseRedirect(_destination(request))


@require_POST
@never_cache
def logout(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    sign_out_browser(request)
    return HttpResponseRedirect(reverse("login"))
