"""What became of the files of queue items, as the strips and open rows need it."""

from collections.abc import Sequence

from queue_app.models import Outcome


def outcome_words(item_ids: Sequence[int]) -> dict[int, list[str]]:
    """The outcomes of each item in the order of its listing; for items of few files only."""
    found: dict[int, list[str]] = {}
    rows = Outcome.objects.filter(item_id__in=item_ids).order_by("item_id", "position")
    for item_id, outcome in rows.values_list("item_id", "outcome"):
        found.setdefault(item_id, []).append(outcome)
    return found
