"""The settings: one typed form, users, and one's own account with its tokens."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from downloads.path_template import preview
from mediadl.accounts import services as accounts
from mediadl.accounts.api.serializers import TOKEN_DAYS_LIMIT
from mediadl.accounts.models import ApiToken, Role, User
from mediadl.api.errors import ApiError, InvalidFieldsError
from mediadl.configuration import services as configuration
from mediadl.notifications.choices import choice_of, choose
from mediadl.notifications.kinds import KIND_WORDS, Kind
from mediadl.notifications.targets import mail_is_on
from mediadl.ui.access import error_words, page, person
from mediadl.ui.numbers import whole_number
from mediadl.ui.pages import render_page
from mediadl.ui.presenters.settings_form import patch_of, sections
from mediadl.ui.words import count

MAX_TEMPLATE = 200
TOKEN_DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "no end"))


def _form(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    return render_page(request, "settings/page.html", context, current="settings", status=status)


@page(Role.ADMIN)
def settings(request: HttpRequest) -> HttpResponse:
    """The form; sending it changes all of it, or nothing."""
    if request.method != "POST":
        return _form(request, sections=sections())
    posted = {name: "\n".join(request.POST.getlist(name)) for name in request.POST}
    try:
        changed = configuration.change(patch_of(posted), user=person(request))
    except InvalidFieldsError as error:
        shown = sections(error.field_errors, posted)
        return _form(request, status=422, sections=shown, error_count=len(error.field_errors))
    words = f"{count(changed, 'setting')} saved" if changed else "Nothing was different"
    messages.success(request, words, extra_tags="done")
    return redirect("settings")


@page(Role.ADMIN)
def path_preview(request: HttpRequest) -> HttpResponse:
    """Where an example would go by the path template that is being typed, or what is wrong with it."""
    try:
        words = preview(request.GET.get("template", "")[:MAX_TEMPLATE])
    except ValueError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@sensitive_post_parameters("password")
@page(Role.ADMIN)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in; sending the form makes a new one."""
    context: dict[str, Any] = {"roles": Role.choices}
    status = 200
    if request.method == "POST":
        try:
            made = accounts.create_user(
                username=request.POST.get("username", "").strip(),
                password=request.POST.get("password", ""),
                email=request.POST.get("email", "").strip(),
                role=request.POST.get("role", Role.VIEWER),
                by=person(request),
            )
        except ApiError as error:
            context |= {"error": error_words(error), "typed": request.POST}
            status = error.status
        else:
            messages.success(request, f"{made.username} can sign in", extra_tags="done")
            return redirect("users")
    context["users"] = User.objects.order_by("username")
    return render_page(request, "settings/users.html", context, current="settings", status=status)


@require_POST
@page(Role.ADMIN)
def change_user(request: HttpRequest, user_id: int, action: str) -> HttpResponse:
    """Give somebody another role, let them in or out, or remove them."""
    if action == "role":
        changed = accounts.update_user(user_id, {"role": request.POST.get("role", "")}, by=person(request))
        words = f"{changed.username} is now {changed.get_role_display().lower()}"
    elif action in ("enable", "disable"):
        changed = accounts.update_user(user_id, {"is_active": action == "enable"}, by=person(request))
        words = f"{changed.username} can {'sign in' if changed.is_active else 'no longer sign in'}"
    else:
        name = accounts.get_user(user_id).username
        accounts.delete_user(user_id, by=person(request))
        words = f"{name} was removed; what they added stays"
    messages.success(request, words, extra_tags="done")
    return redirect("users")


def _events(request: HttpRequest) -> list[dict[str, Any]]:
    """Each kind of event with what the person chose."""
    choice = choice_of(person(request))
    return [
        {
            "kind": kind.value,
            "words": KIND_WORDS[kind],
            "browser": kind.value in choice.browser_events,
            "email": kind.value in choice.email_events,
        }
        for kind in Kind
    ]


def _account(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    full = {
        "events": _events(request),
        "mail_is_on": mail_is_on(),
        "tokens": ApiToken.objects.filter(user=person(request)).order_by("-created_at"),
        "scopes": ApiToken.Scope.choices,
        "token_days": TOKEN_DAYS,
        **context,
    }
    return render_page(request, "settings/account.html", full, current="account", status=status)


@sensitive_post_parameters("current_password", "new_password")
@page()
def account(request: HttpRequest) -> HttpResponse:
    """One's own password and tokens; sending the form changes the password."""
    if request.method != "POST":
        return _account(request)
    try:
        accounts.change_browser_password(
            request,
            current_password=request.POST.get("current_password", ""),
            new_password=request.POST.get("new_password", ""),
        )
    except ApiError as error:
        return _account(request, status=error.status, password_error=error_words(error))
    messages.success(request, "Password changed; other browsers are signed out", extra_tags="done")
    return redirect("account")


@require_POST
@page()
def choose_notifications(request: HttpRequest) -> HttpResponse:
    """What one hears of."""
    choose(
        user=person(request),
        email_events=request.POST.getlist("email_events"),
        browser_events=request.POST.getlist("browser_events"),
    )
    messages.success(request, "Saved what you hear of", extra_tags="done")
    return redirect("account")


@require_POST
@page()
def create_token(request: HttpRequest) -> HttpResponse:
    """A new token, shown once."""
    name = request.POST.get("name", "").strip()[:100]
    days, text = None, request.POST.get("days", "").strip()
    scope = request.POST.get("scope", "")
    if text and (days := whole_number(text)) not in range(1, TOKEN_DAYS_LIMIT + 1):
        return _account(request, status=422, token_error=f"A token lasts 1 to {TOKEN_DAYS_LIMIT} days, or has no end.")
    if not name or scope not in ApiToken.Scope.values:
        return _account(request, status=422, token_error="Give the token a name and say what it may do.")  # noqa: S106
    row, secret = accounts.create_api_token(person(request), name=name, scope=scope, expires_in_days=days)
    return _account(request, new_token=secret, new_token_name=row.name)


@require_POST
@page()
def delete_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one of one's own tokens."""
    accounts.delete_api_token(person(request), token_id)
    messages.success(request, "The token no longer works", extra_tags="done")
    return redirect("account")
