"""Keeps the broker's tables small: a lost wake-up changes nothing, so old ones may go."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

_TAKEN_WITHIN = timedelta(days=1)


def forget_taken_tasks() -> int:
    """Drop the tasks that this host's cluster took and did not live to acknowledge; returns how many.

    Tasks not taken yet stay.
    """
    from django_q.models import OrmQ

    own = settings.Q_CLUSTER["cluster_name"]
    return int(OrmQ.objects.filter(key=own, lock__gt=timezone.now()).delete()[0])


def forget_old_tasks() -> int:
    """Drop what no cluster took for a day: it was sent to a host that is not there any more."""
    from django_q.models import OrmQ

    return int(OrmQ.objects.filter(lock__lt=timezone.now() - _TAKEN_WITHIN).delete()[0])


def forget_failed_tasks() -> int:
    """Drop django-q2's own records of failed tasks; what failed is in our log and tables."""
    from django_q.models import Task

    return int(Task.objects.all().delete()[0])
