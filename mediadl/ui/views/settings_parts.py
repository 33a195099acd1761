"""Parts of the settings' page: what would be removed, and whether notifications get through."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from downloads.cleanup import preview_cleanup
from downloads.limits import LimitAction, preview_limit
from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError, NotFoundError
from mediadl.configuration.registry import leaf
from mediadl.configuration.selectors import value
from mediadl.configuration.values import problem_with
from mediadl.notifications.models import Channel
from mediadl.notifications.selectors import channels_json
from mediadl.notifications.trying import send_test
from mediadl.ui.access import error_words, page, person
from mediadl.ui.pages import render_part, render_problem
from mediadl.ui.triggers import toast, trigger


def _typed_number(request: HttpRequest, path: str) -> int:
    """The number in the form if it can be one, else the setting."""
    text = request.GET.get(path, "")
    if text.isascii() and text.isdecimal() and len(text) < 9 and problem_with(leaf(path), int(text)) is None:
        return int(text)
    return int(value(path))


@page(Role.ADMIN)
def removals(request: HttpRequest) -> HttpResponse:
    """What the values in the form would remove, before anybody saves them."""
    action = request.GET.get("general.storage_limit_action", value("general.storage_limit_action"))
    context = {
        "cleanup": preview_cleanup(_typed_number(request, "general.auto_cleanup_days")),
        "limit": preview_limit(limit_gb=_typed_number(request, "general.storage_limit_gb")),
        "limit_removes": action == LimitAction.REMOVE_OLDEST,
    }
    return render_part(request, "settings/_removals.html", context)


@page(Role.ADMIN)
def channels(request: HttpRequest) -> HttpResponse:
    """How each channel does, with its last error and a test."""
    context = {"channels": channels_json(), "tests": Channel.choices}
    return render_part(request, "settings/_channels.html", context)


@require_POST
@page(Role.ADMIN)
def try_channel(request: HttpRequest, channel: str) -> HttpResponse:
    """Send a test with the saved settings."""
    if channel not in Channel.values:
        raise NotFoundError
    try:
        send_test(user=person(request), channel=channel)
    except ApiError as error:
        response = render_problem(request, status=error.status, title="The test failed", detail=error_words(error))
        trigger(response, "refresh-channels")
        return response
    return toast(HttpResponse(status=204), "The test was sent", also="refresh-channels")
