"""Entry points for django-q2."""

from contextlib import suppress

from django.db import transaction

from platforms.extractors import known_urls, updates


def start_update() -> None:
    """Have a worker update the extractors, once the present transaction is committed."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    from django_q.tasks import async_task

    async_task("platforms.extractors.tasks.update", task_name="extractors")


def start_update_if_due() -> int:
    """The same where the setting wants it; how many were started."""
    if not updates.is_due():
        return 0
    start_update()
    return 1


def update() -> None:
    """Update them; sent twice, the second one has nothing to do."""
    with suppress(updates.UpdateRunningError):
        updates.update()
    known_urls.prepare()


def start_preparing_if_needed() -> int:
    """Have a worker read which URLs the programs know, where nobody has yet; how many were started."""
    if known_urls.are_prepared():
        return 0
    from django_q.tasks import async_task

    async_task("platforms.extractors.known_urls.prepare", task_name="url patterns")
    return 1
