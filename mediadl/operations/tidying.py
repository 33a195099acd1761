"""What the supervisor starts again and again: maintenance, and the sender of notifications."""

from mediadl.notifications.tasks import wake_sender
from mediadl.operations.broker import forget_failed_tasks, forget_old_tasks
from mediadl.operations.tick import every
from scheduler.maintenance import MaintenanceJob, Step, register_maintenance, run_due_maintenance

MAINTENANCE_EVERY_SECONDS = 10.0
SENDER_EVERY_SECONDS = 5.0


def register_tidying() -> None:
    """Add this room's own job to the maintenance, and have the supervisor look for what is due."""
    register_maintenance(MaintenanceJob("broker", lambda _position: Step(forget_failed_tasks() + forget_old_tasks())))
    every(MAINTENANCE_EVERY_SECONDS, "maintenance", run_due_maintenance)
    every(SENDER_EVERY_SECONDS, "sender of notifications", wake_sender)
