"""What a person says of an unsure pair: the larger one replaces, both stay, or they are not the same."""

from enum import StrEnum
from typing import Any

from django.db import transaction

from downloads.models import Download, UpgradeCase, UpgradeStatus
from downloads.upgrade.looking import drop_copy
from downloads.upgrade.replacing import NotReplaceableError, replace
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError, TransitionRefusedError


class Decision(StrEnum):
    """Yes, both, no."""

    REPLACE = "replace"
    BOTH = "both"
    REFUSE = "refuse"


_STATUS = {Decision.BOTH: UpgradeStatus.BOTH, Decision.REFUSE: UpgradeStatus.REFUSED}


def decide(*, case_id: int, decision: Decision | str, user: Any = None) -> UpgradeCase:
    """Settle a pair that waits for a person; each is asked for once.

    With ``refuse`` a copy that was fetched of the very item that is stored goes into the recycle
    bin; a picture that is an item of its own stays.

    Raises:
        NotFoundError: there is no such pair.
        TransitionRefusedError: it does not wait (any more).
    """
    decision = Decision(decision)
    case = UpgradeCase.objects.select_related("download", "candidate").filter(pk=case_id).first()
    if case is None:
        raise NotFoundError("There is no such pair of pictures.")
    if case.status != UpgradeStatus.REVIEW:
        raise TransitionRefusedError("This pair of pictures has been decided already.")
    name = getattr(user, "username", "")
    if decision is Decision.REPLACE:
        try:
            replace(case, reason=case.reason, figures=case.figures, decided_by=name)
        except NotReplaceableError:
            raise TransitionRefusedError("One of the two pictures is not there any more.") from None
        with transaction.atomic():
            audit(user, "upgrade.replace", case_id, {"download": case.download_id})
        return case
    with transaction.atomic():
        mine = UpgradeCase.objects.filter(pk=case_id, status=UpgradeStatus.REVIEW)
        if not mine.update(status=_STATUS[decision], decided_at=clock.now(), decided_by=name):
            raise TransitionRefusedError("This pair of pictures has been decided already.")
        if decision is Decision.REFUSE:
            _drop(case)
        audit(user, f"upgrade.{decision}", case_id, {"download": case.download_id})
    case.status = _STATUS[decision]
    return case


def _drop(case: UpgradeCase) -> None:
    new = Download.objects.select_related("file__root").filter(pk=case.candidate_id or 0).first()
    if new is None:
        return
    UpgradeCase.objects.filter(pk=case.pk).update(candidate=None)  # the decision outlives the record
    if not drop_copy(new, case.download if case.figures.get("same_item") else None):
        UpgradeCase.objects.filter(pk=case.pk).update(candidate=new)
