"""Who may open a page: signed in, with the role that it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from mediadl.accounts.models import Role, User
from mediadl.api.errors import ApiError
from mediadl.ui.pages import render_problem

_GZIP = GZipMiddleware(lambda _request: HttpResponse())  # only its treatment of answers is used
_RANK = {Role.VIEWER: 0, Role.USER: 1, Role.ADMIN: 2}

View = Callable[Concatenate[HttpRequest, ...], HttpResponse]


def may(user: Any, role: Role) -> bool:
    """Whether a signed-in user holds ``role`` or a higher one."""
    return isinstance(user, User) and _RANK[Role(user.role)] >= _RANK[role]


def person(request: HttpRequest) -> User:
    """Who is signed in; only for views that :func:`page` guards."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view that needs a person must be guarded by page().")
    return user


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back here afterwards; htmx is told to go there as a whole page."""
    target = f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("login")})
    return HttpResponseRedirect(target)


def _compressed(view: View) -> View:
    """HTML goes out compressed; files and archives, which stream, as they are."""

    @wraps(view)
    def compressing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.streaming:
            return response
        return cast("HttpResponse", _GZIP.process_response(request, response))

    return compressing


def error_words(error: ApiError) -> str:
    """What a person is told: what is wrong with the fields, where that is known, without their paths."""
    texts = dict.fromkeys(text for texts in error.field_errors.values() for text in texts)
    return " ".join(texts) or error.detail


def page(role: Role = Role.VIEWER) -> Callable[[View], View]:
    """A view for people who hold ``role``; a room's error becomes the page's words with its status."""

    def decorate(view: View) -> View:
        @never_cache
        @_compressed
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            if not may(request.user, role):
                return render_problem(
                    request,
                    status=403,
                    title="This page is not for your role",
                    detail=f"It needs the role {role.label}. Ask an admin of this installation to give it to you.",
                )
            try:
                return view(request, *args, **kwargs)
            except ApiError as error:
                return render_problem(
                    request, status=error.status, title="That did not work", detail=error_words(error)
                )

        return guarded

    return decorate
