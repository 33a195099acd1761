"""Keeps the broker's tables small: a lost wake-up changes nothing, so old ones may go."""

from django.conf import settings
from django.utils import timezone


def forget_taken_tasks() -> int:
    """Drop the tasks that a cluster took and did not live to acknowledge; returns how many.

    Only where this machine's is the only cluster (the embedded shape): elsewhere a taken task may
    be another host's. Tasks not taken yet stay.
    """
    from django_q.models import OrmQ

    if settings.ENVIRONMENT.database_url:
        return 0
    return int(OrmQ.objects.filter(lock__gt=timezone.now()).delete()[0])


def forget_failed_tasks() -> int:
    """Drop django-q2's own records of failed tasks; what failed is in our log and tables."""
    from django_q.models import Task

    return int(Task.objects.all().delete()[0])
