"""Entry points for the supervisor and for django-q2."""

from mediadl.notifications import outbox


def send() -> None:
    """Send what is due; short, and harmless when lost or repeated."""
    outbox.send_waiting()


def wake_sender() -> None:
    """Called every few seconds: put a sender into the broker where something is due."""
    if outbox.is_anything_due():
        from django_q.tasks import async_task

        async_task("mediadl.notifications.tasks.send", task_name="notifications")
