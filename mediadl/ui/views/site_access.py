"""Cookies, proxies and user agents of sites, changed on the platforms' page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.ui.access import page, person
from mediadl.ui.pages import render_part
from mediadl.ui.presenters.site_access import access_context
from mediadl.ui.triggers import toast
from mediadl.ui.words import count
from platforms import access_services
from platforms.cookie_upload import MAX_CHARACTERS


@sensitive_post_parameters()
@require_POST
@page(Role.ADMIN)
def store_cookies(request: HttpRequest) -> HttpResponse:
    """Check and keep the cookies of a file, or pasted ones."""
    site = request.POST.get("site", "")
    try:
        checked = access_services.store_cookies(site, _content(request), user=person(request))
    except InvalidFieldsError as error:
        return _refused(request, "The cookies are not saved", error)
    detail = f"{count(len(checked.cookies), 'cookie')} kept, encrypted."
    if checked.dropped:
        detail += f" {checked.dropped} of other sites, or expired, were dropped."
    if not checked.has_sign_in:
        detail += " None of them looks like a sign-in: if the site still asks for one, sign in and export anew."
    return _panel(request, f"Cookies of {access_services.clean_site(site)} are saved", detail)


@sensitive_post_parameters()
@require_POST
@page(Role.ADMIN)
def set_connection(request: HttpRequest) -> HttpResponse:
    """Set a proxy or a user agent; empty fields leave what is set."""
    site = request.POST.get("site", "")
    proxy, agent = request.POST.get("proxy", "").strip(), request.POST.get("user_agent", "").strip()
    if not proxy and not agent:
        detail = "Enter a proxy, a user agent, or both."
        raise InvalidFieldsError({"proxy": [detail]}, detail)
    try:
        access_services.set_connection(site, proxy=proxy or None, user_agent=agent or None, user=person(request))
    except InvalidFieldsError as error:
        return _refused(request, "Nothing is changed", error)
    return _panel(request, f"{access_services.clean_site(site)} is asked that way from now on")


@require_POST
@page(Role.ADMIN)
def forget(request: HttpRequest) -> HttpResponse:
    """Forget all that is set for a site."""
    site = request.POST.get("site", "")
    access_services.forget_site(site, user=person(request))
    return _panel(request, f"{site} is forgotten", "It is asked without cookies from now on.")


def _content(request: HttpRequest) -> str:
    """The uploaded file's text, else the pasted one.

    Raises:
        InvalidFieldsError: the file is no text, or too large.
    """
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("content", "")
    if (file.size or 0) > MAX_CHARACTERS:
        raise InvalidFieldsError({"content": ["Too large."]}, "That file is too large for cookies of one site.")
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidFieldsError({"content": ["Not text."]}, "That file is no cookies.txt and no JSON.") from None
    return text


def _panel(request: HttpRequest, title: str, detail: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return toast(render_part(request, "platforms/_access.html", access_context()), title, detail)
    messages.add_message(request, messages.INFO, f"{title}. {detail}".strip(), extra_tags="done")
    return redirect("platforms")


def _refused(request: HttpRequest, title: str, error: InvalidFieldsError) -> HttpResponse:
    """Say why; the form keeps what was entered."""
    if request.headers.get("HX-Request"):
        return toast(HttpResponse(status=204), title, error.detail, level="error")
    messages.add_message(request, messages.INFO, f"{title}. {error.detail}", extra_tags="failed")
    return redirect("platforms")
