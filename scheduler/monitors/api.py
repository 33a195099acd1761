"""``/platforms/forum``: in this room since a monitor is a schedule, and the platforms know none."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.idempotency import IDEMPOTENCY_KEY, idempotent
from mediadl.api.pagination import PAGE, paginated_headers
from mediadl.api.query import integer, openapi_parameters, read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, StrictSerializer, read_body
from mediadl.clock import isoformat_seconds
from mediadl.net.urls import MAX_URL_LENGTH
from scheduler.models import ForumThread, ThreadStatus
from scheduler.monitors import services

LIST_PARAMETERS = (PAGE, integer("per_page", low=1, high=200, description="Threads a page; all if left out."))


class MonitorBody(StrictSerializer):
    """Which thread, and for how long."""

    forum_name = serializers.CharField(max_length=120)
    thread_url = serializers.CharField(max_length=MAX_URL_LENGTH, trim_whitespace=False)
    thread_title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    monitor_days = serializers.IntegerField(min_value=1, max_value=services.MAX_DAYS, required=False)


class MonitorChanges(StrictSerializer):
    """Pause or resume, rename, extend."""

    status = serializers.ChoiceField([ThreadStatus.ACTIVE, ThreadStatus.PAUSED], required=False)
    thread_title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    monitor_days = serializers.IntegerField(min_value=1, max_value=services.MAX_DAYS, required=False)


class StartedMonitorAnswer(serializers.Serializer):
    """What starting a monitor answers."""

    thread_id = serializers.CharField()
    status = serializers.ChoiceField(ThreadStatus.choices)
    monitor_until = serializers.DateTimeField()


class ThreadAnswer(StartedMonitorAnswer):
    """A monitored thread and what came of it."""

    forum_name = serializers.CharField()
    thread_url = serializers.CharField()
    thread_title = serializers.CharField(allow_blank=True)
    last_check = serializers.DateTimeField(allow_null=True)
    next_check = serializers.DateTimeField(allow_null=True)
    checks = serializers.IntegerField()
    posts_found = serializers.IntegerField()
    last_posts = serializers.IntegerField()
    files_found = serializers.IntegerField()
    last_files = serializers.IntegerField()
    last_error = serializers.CharField(allow_null=True)


class ThreadsAnswer(serializers.Serializer):
    """All monitored threads."""

    threads = ThreadAnswer(many=True)


class CheckAnswer(serializers.Serializer):
    """Where the check went."""

    queue_id = serializers.IntegerField()
    task_id = serializers.UUIDField()
    status = serializers.CharField()
    message = serializers.CharField()


def _started_json(thread: ForumThread) -> dict[str, Any]:
    return {
        "thread_id": thread.slug,
        "status": thread.status,
        "monitor_until": isoformat_seconds(thread.monitor_until),
    }


def thread_json(thread: ForumThread) -> dict[str, Any]:
    """A thread as the list shows it."""
    return {
        **_started_json(thread),
        "forum_name": thread.forum_name,
        "thread_url": thread.url,
        "thread_title": thread.title,
        "last_check": isoformat_seconds(thread.last_check) if thread.last_check else None,
        "next_check": isoformat_seconds(thread.next_check) if thread.next_check else None,
        "checks": thread.checks,
        "posts_found": thread.posts_found,
        "last_posts": thread.last_posts,
        "files_found": thread.files_found,
        "last_files": thread.last_files,
        "last_error": thread.last_error or None,
    }


class ForumThreadViewSet(ViewSet):
    """Forum threads that are looked at again and again."""

    required_roles: ClassVar[dict[str, Role]] = {
        "create": Role.ADMIN,
        "partial_update": Role.ADMIN,
        "destroy": Role.ADMIN,
        "check": Role.ADMIN,
    }

    @extend_schema(
        operation_id="forum_monitor",
        parameters=[IDEMPOTENCY_KEY],
        request=MonitorBody,
        responses={201: StartedMonitorAnswer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Start to monitor a thread."""
        read_query(request, ())
        thread = services.start_monitor(**read_body(request, MonitorBody), user=signed_in_user(request))
        return Response(_started_json(thread), status=201)

    @extend_schema(
        operation_id="forum_threads_list", parameters=openapi_parameters(LIST_PARAMETERS), responses=ThreadsAnswer
    )
    def list(self, request: Request) -> Response:
        """All monitored threads, the newest first."""
        query = read_query(request, LIST_PARAMETERS)
        threads = ForumThread.objects.order_by("-created_at", "-id")
        total = threads.count()
        page, per_page = query["page"], query["per_page"] or max(total, 1)
        shown = threads[(page - 1) * per_page : page * per_page]
        headers = paginated_headers(request, page=page, per_page=per_page, total=total)
        return Response({"threads": [thread_json(thread) for thread in shown]}, headers=headers)

    @extend_schema(operation_id="forum_thread", responses=ThreadAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One monitored thread."""
        read_query(request, ())
        return Response(thread_json(services.get_thread(pk)))

    @extend_schema(operation_id="forum_thread_change", request=MonitorChanges, responses=ThreadAnswer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Pause, resume, rename or extend a monitor."""
        read_query(request, ())
        changes = read_body(request, MonitorChanges, partial=True)
        return Response(thread_json(services.update_monitor(pk, **changes, user=signed_in_user(request))))

    @extend_schema(operation_id="forum_thread_delete", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a monitor; its files stay."""
        read_query(request, ())
        services.delete_monitor(pk, user=signed_in_user(request))
        return Response(status=204)

    @extend_schema(operation_id="forum_thread_check", request=None, responses={202: CheckAnswer})
    def check(self, request: Request, pk: str) -> Response:
        """Look at a thread now."""
        read_query(request, ())
        read_body(request, NoBody)
        item = services.check_now(pk, user=signed_in_user(request))
        answer = {"queue_id": item.pk, "task_id": str(item.task_id), "status": "queued", "message": "Check queued"}
        return Response(answer, status=202)
