"""Comparing what was noted: sure pairs are replaced, unsure ones wait for a person."""

import time
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from downloads.models import Download, UpgradeCase, UpgradeStatus
from downloads.services.deleting import delete_records
from downloads.upgrade.comparing import Comparison, Verdict
from downloads.upgrade.fingerprints import path_of
from downloads.upgrade.matching import Match, matches_for
from downloads.upgrade.replacing import NotReplaceableError, add_alias, replace
from downloads.upgrade.wanted import looks_for_larger, original_id
from downloads.verification import Verifier
from mediadl.media import MediaError
from mediadl.notifications.kinds import Kind
from mediadl.notifications.services import notify

LOOK_SECONDS = 3.0
ALIKE_BITS = 10  # of both hashes together: bursts and crops of 1 % lie below
MOST_ATTEMPTS = 3  # of one case; a picture that ends its child each time is left alone
log = structlog.get_logger("Downloads")


@dataclass(slots=True)
class _Finding:
    """The best of the comparisons of one case."""

    match: Match
    comparison: Comparison
    figures: dict[str, Any] = field(default_factory=dict)


def has_waiting() -> bool:
    """Whether something is to be compared."""
    return UpgradeCase.objects.filter(status=UpgradeStatus.LOOKING).exists()


def look(*, seconds: float = LOOK_SECONDS) -> tuple[int, bool]:
    """Compare waiting cases, oldest first, within some seconds; how many, and whether none is left."""
    until, done = time.monotonic() + seconds, 0
    verifier = Verifier(children=1)
    try:
        while time.monotonic() < until:
            case = UpgradeCase.objects.filter(status=UpgradeStatus.LOOKING).order_by("created_at", "pk").first()
            if case is None:
                return done, True
            _look_at(case, verifier)
            done += 1
    finally:
        verifier.close()
    return done, False


def _look_at(case: UpgradeCase, verifier: Verifier) -> None:
    """Settle one case; another process that has the same one at hand does no harm: each end is conditional."""
    UpgradeCase.objects.filter(pk=case.pk).update(attempts=F("attempts") + 1)
    new = Download.objects.select_related("file__root").filter(pk=case.candidate_id or 0).first()
    if new is None or new.file is None or case.attempts >= MOST_ATTEMPTS:
        UpgradeCase.objects.filter(pk=case.pk, status=UpgradeStatus.LOOKING).delete()
        return
    if not looks_for_larger(new.platform, new.downloader):
        _nothing_found(case, new)
        return
    finding = _best(new, verifier)
    if finding is None:
        _nothing_found(case, new)
        return
    old, word = finding.match.download, finding.comparison.reason
    case.download = old
    if finding.comparison.verdict is Verdict.BETTER and not old.kept:
        try:
            replace(case, reason=word, figures=finding.figures)
        except NotReplaceableError:
            log.info("A pair of pictures changed while it was compared", case=case.pk)
    elif finding.comparison.verdict in (Verdict.BETTER, Verdict.UNSURE):
        _ask_a_person(case, "kept" if old.kept else word, finding.figures)
    else:
        _nothing_found(case, new, of=old if finding.match.is_same_item else None)


def _best(new: Download, verifier: Verifier) -> _Finding | None:
    """The first sure pair, else the first unsure one, else what was found by its id."""
    unsure: _Finding | None = None
    for match in matches_for(new, verifier):
        comparison = _compared(match.download, new, verifier)
        if comparison is None:
            continue
        figures = {"phash": match.phash, "dhash": match.dhash, "same_item": match.is_same_item, **_numbers(comparison)}
        finding = _Finding(match, comparison, figures)
        if comparison.verdict is Verdict.BETTER:
            return finding
        if comparison.verdict is Verdict.DIFFERENT and _looks_alike(match):
            word = "another_picture" if match.is_same_item else "moment"
            finding.comparison = comparison = replace_fields(comparison, verdict=Verdict.UNSURE, reason=word)
        is_answer = comparison.verdict is Verdict.UNSURE or match.is_same_item
        if is_answer and (unsure is None or unsure.comparison.verdict is not Verdict.UNSURE):
            unsure = finding
    return unsure


def _looks_alike(match: Match) -> bool:
    """Pixels that differ are a person's question where the site says it is one item, or the hashes say so."""
    return match.is_same_item or match.phash + match.dhash <= ALIKE_BITS


def _compared(old: Download, new: Download, verifier: Verifier) -> Comparison | None:
    try:
        answer = verifier.ask({"task": "compare", "small": str(path_of(old)), "large": str(path_of(new))})
    except MediaError:
        return None
    values = answer.get("comparison")
    return Comparison(**{**values, "verdict": Verdict(values["verdict"])}) if values else None


def _numbers(comparison: Comparison) -> dict[str, float]:
    names = ("gain", "mean", "cell", "bias", "detail", "sharpness")
    return {name: getattr(comparison, name) for name in names}


def _ask_a_person(case: UpgradeCase, reason: str, figures: dict[str, Any]) -> None:
    with transaction.atomic():
        is_first = not UpgradeCase.objects.filter(status=UpgradeStatus.REVIEW).exists()
        mine = UpgradeCase.objects.filter(pk=case.pk, status=UpgradeStatus.LOOKING)
        changed = mine.update(status=UpgradeStatus.REVIEW, download=case.download, reason=reason, figures=figures)
        if changed and is_first:
            words = "A larger copy may be the same picture as one you have. Please compare them."
            notify(Kind.NEEDS_PERSON, "Pictures To Compare", words, "/platforms/review", label="Compare")


def _nothing_found(case: UpgradeCase, new: Download, *, of: Download | None = None) -> None:
    """The new picture stays as an item of its own; one that was fetched as a copy of a known one goes."""
    with transaction.atomic():
        if not UpgradeCase.objects.filter(pk=case.pk, status=UpgradeStatus.LOOKING).delete()[0]:
            return
        drop_copy(new, of)


def drop_copy(new: Download, of: Download | None = None) -> bool:
    """Delete the record and file of a copy of a known item, and remember it as compared; False: it is no copy.

    Args:
        of: the stored item, where it is known to be the same one.
    """
    original = original_id(new.media_id, new.downloader)
    old = of or Download.objects.filter(platform=new.platform, media_id=original).first()
    if old is None:  # deleted meanwhile: the copy takes its place in the library
        return False
    delete_records([new], delete_file=True, forget=True)
    add_alias(new, old)
    return True
