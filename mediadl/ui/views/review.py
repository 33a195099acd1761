"""Sharper copies: pairs of pictures that wait for a person, and what was replaced lately."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from downloads.bin.entries import retention_days
from downloads.models import UpgradeStatus
from downloads.upgrade.deciding import Decision, decide
from downloads.upgrade.selectors import get_case, list_cases, waiting_count
from downloads.upgrade.undoing import undo_replacement
from mediadl.accounts.models import Role
from mediadl.api.errors import ApiError, InvalidFieldsError
from mediadl.ui.access import page, person
from mediadl.ui.pages import render_page
from mediadl.ui.presenters.review import pair_of, replaced_of

SHOWN_WAITING = 50
SHOWN_REPLACED = 10
_WORDS = {
    Decision.REPLACE: "The larger copy is used",
    Decision.BOTH: "Both are kept",
    Decision.REFUSE: "They are not the same",
}


@page()
def review(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?pair=ID`` shows that one, else the oldest."""
    search = request.GET.get("search", "").strip()[:120]
    found = list_cases(source=search or None, per_page=SHOWN_WAITING)
    pairs = [pair for case in found.rows if (pair := pair_of(case)) is not None]
    wanted = request.GET.get("pair", "")
    position = next((at for at, pair in enumerate(pairs) if str(pair.id) == wanted), 0)
    replaced = list_cases(status=UpgradeStatus.REPLACED.value, per_page=SHOWN_REPLACED)
    context = {
        "pairs": pairs,
        "pair": pairs[position] if pairs else None,
        "position": position + 1,
        "following": pairs[(position + 1) % len(pairs)].id if len(pairs) > 1 else 0,
        "waiting": waiting_count(),
        "replaced": [replaced_of(case) for case in replaced.rows],
        "search": search,
        "days": retention_days(),
    }
    return render_page(request, "review/page.html", context, current="platforms")


@require_POST
@page(Role.USER)
def decide_pair(request: HttpRequest, case_id: int) -> HttpResponse:
    """Yes, both or no; then the next pair."""
    try:
        decision = Decision(request.POST.get("decision", ""))
    except ValueError:
        raise InvalidFieldsError({"decision": ["Must be replace, both or refuse."]}) from None
    case = get_case(case_id)
    try:
        decide(case_id=case_id, decision=decision, user=person(request))
        _say(request, f"{_WORDS[decision]}: {case.source}")
    except ApiError as error:
        _say(request, error.detail, "failed")
    following = request.POST.get("following", "")
    return redirect(reverse("review") + (f"?pair={following}" if following.isdecimal() else ""))


@require_POST
@page(Role.USER)
def undo(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give a replaced picture its old file back."""
    try:
        download = undo_replacement(case_id=case_id, user=person(request))
        _say(request, f"{download.filename} is back as it was")
    except ApiError as error:
        _say(request, error.detail, "failed")
    return redirect("review")


def _say(request: HttpRequest, words: str, kind: str = "done") -> None:
    messages.add_message(request, messages.INFO, words, extra_tags=kind)
