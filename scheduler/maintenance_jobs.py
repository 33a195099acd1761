"""The jobs that every installation has; each calls a service of the room that owns the rows or files."""

from datetime import timedelta

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import QuerySet

from downloads.adoption.services import has_running_adoption, work_on_adoptions
from downloads.bin.moving import has_unsettled, recover_bin
from downloads.bin.purging import purge_old
from downloads.cleanup import clean_up
from downloads.cleanup_batches import Removal
from downloads.cleanup_thumbnails import remove_stale_thumbnails
from downloads.limits import is_over_limit, make_room
from downloads.upgrade.fingerprints import trim_fingerprints
from downloads.upgrade.looking import has_waiting, look
from mediadl import clock
from mediadl.accounts.models import LoginFailure, Session, SocketTicket
from mediadl.accounts.services.login_lock import FAILURES_WINDOW
from mediadl.api.idempotency import KEPT_FOR
from mediadl.api.models import IdempotencyRecord
from mediadl.configuration.selectors import value
from mediadl.events.services import trim_outbox
from mediadl.logs.services import clear_logs
from mediadl.notifications.outbox import trim_messages
from platforms.access_news import tell_expiring_cookies
from platforms.circuits import forget_quiet_hosts
from platforms.evidence import trim_evidence
from platforms.extractors.tasks import start_preparing_if_needed, start_update_if_due
from queue_app.removal import trim_queue
from scheduler.maintenance import STEP_SECONDS, MaintenanceJob, Step, register_maintenance

ROWS_AT_ONCE = 5000  # of small rows in one step
SESSIONS_KEPT = timedelta(days=7)  # after their end, for the audit trail
QUIET_HOST = timedelta(days=30)


def register_jobs() -> None:
    """Make them known to :func:`scheduler.maintenance.run_due_maintenance`."""
    register_maintenance(
        MaintenanceJob("url patterns", lambda _position: Step(start_preparing_if_needed())),
        MaintenanceJob("storage limit", lambda _position: _removal(make_room(seconds=STEP_SECONDS)), is_over_limit),
        MaintenanceJob("clean-up", lambda _position: _removal(clean_up(seconds=STEP_SECONDS))),
        MaintenanceJob("adoption", _adopt, has_running_adoption),
        MaintenanceJob("recycle bin", _tend_bin, has_unsettled),
        MaintenanceJob("larger copies", _compare_pictures, has_waiting),
        MaintenanceJob("logs", _trim_logs),
        MaintenanceJob("events", _trim_events),
        MaintenanceJob("notifications", lambda _position: _rows(trim_messages())),
        MaintenanceJob("sessions", _forget_sessions),
        MaintenanceJob("idempotency keys", _forget_answers),
        MaintenanceJob("quiet hosts", lambda _position: Step(forget_quiet_hosts(QUIET_HOST))),
        MaintenanceJob("thumbnails", _sweep_thumbnails),
        MaintenanceJob("cookies", lambda _position: Step(tell_expiring_cookies())),
        MaintenanceJob("evidence", lambda _position: Step(trim_evidence())),
        MaintenanceJob("extractors", lambda _position: Step(start_update_if_due())),
        MaintenanceJob("queue", lambda _position: _rows(trim_queue())),
    )


def _tend_bin(_position: str) -> Step:
    recover_bin()
    number, finished = purge_old(seconds=STEP_SECONDS)
    return Step(number, finished)


def _compare_pictures(_position: str) -> Step:
    _compared, finished = look(seconds=STEP_SECONDS)
    trim_fingerprints(ROWS_AT_ONCE)
    return Step(0, finished)


def _removal(removal: Removal) -> Step:
    return Step(removal.files, removal.finished)


def _adopt(_position: str) -> Step:
    return Step(0, finished=work_on_adoptions(seconds=STEP_SECONDS))


def _rows(deleted: int) -> Step:
    return Step(deleted, finished=not deleted)


def _trim_logs(_position: str) -> Step:
    cleared = clear_logs(older_than_days=int(value("logs.keep_days")), max_rows=ROWS_AT_ONCE)
    return Step(cleared.rows, finished=cleared.rows < ROWS_AT_ONCE)


def _trim_events(_position: str) -> Step:
    trimmed = trim_outbox(max_rows=ROWS_AT_ONCE)
    return Step(trimmed, finished=trimmed < ROWS_AT_ONCE)


def _forget_sessions(_position: str) -> Step:
    now = clock.now()
    return _rows(
        _delete_some(BrowserSession.objects.filter(expire_date__lt=now))
        + _delete_some(Session.objects.filter(expires_at__lt=now - SESSIONS_KEPT))
        + _delete_some(SocketTicket.objects.filter(expires_at__lte=now))
        + _delete_some(LoginFailure.objects.filter(failed_at__lte=now - FAILURES_WINDOW))
    )


def _forget_answers(_position: str) -> Step:
    return _rows(_delete_some(IdempotencyRecord.objects.filter(created_at__lt=clock.now() - KEPT_FOR)))


def _delete_some(rows: QuerySet) -> int:
    """Delete at most so many that no other writer waits long."""
    keys = list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    return len(keys) if keys and rows.model._default_manager.filter(pk__in=keys).delete() else 0


def _sweep_thumbnails(position: str) -> Step:
    sweep = remove_stale_thumbnails(position=position, seconds=STEP_SECONDS)
    return Step(sweep.removed, finished=not sweep.position, position=sweep.position)
