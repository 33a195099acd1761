"""The endpoints below ``/scheduler``."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.idempotency import IDEMPOTENCY_KEY, idempotent
from mediadl.api.pagination import PAGE, paginated_headers
from mediadl.api.query import choice, integer, openapi_parameters, read_query, text
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, StrictSerializer, read_body
from mediadl.clock import isoformat_seconds
from scheduler import selectors, services
from scheduler.cron import MAX_LENGTH
from scheduler.models import Job, RunStatus

JOB_PAGES = (PAGE, integer("per_page", low=1, high=200, description="Jobs per page; all if left out."))
HISTORY_LIMIT = 1000
HISTORY_PARAMETERS = (
    text("job_id", description="Only the runs of this job."),
    choice("status", RunStatus.values, description="Only runs that ended so."),
    integer("limit", low=1, high=HISTORY_LIMIT, default=100, description="Runs on a page."),
    PAGE,
)


class JobBody(StrictSerializer):
    """A new job."""

    name = serializers.CharField(max_length=200)
    platform = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=121)  # type: ignore[assignment] # DRF has an attribute so named
    content_type = serializers.CharField(max_length=20, allow_blank=True, default="")
    schedule = serializers.CharField(max_length=MAX_LENGTH)
    enabled = serializers.BooleanField(default=True)
    config = serializers.DictField(default=dict)


class JobChanges(StrictSerializer):
    """What may change in a job."""

    name = serializers.CharField(max_length=200, required=False)
    schedule = serializers.CharField(max_length=MAX_LENGTH, required=False)
    enabled = serializers.BooleanField(required=False)
    config = serializers.DictField(required=False)


class JobAnswer(serializers.Serializer):
    """A job as the list shows it."""

    id = serializers.CharField()
    name = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # DRF has an attribute so named
    content_type = serializers.CharField(allow_blank=True)
    schedule = serializers.CharField()
    schedule_human = serializers.CharField()
    enabled = serializers.BooleanField()
    last_run = serializers.DateTimeField(allow_null=True)
    last_run_status = serializers.CharField(allow_null=True)
    last_run_items = serializers.IntegerField()
    next_run = serializers.DateTimeField(allow_null=True)
    total_runs = serializers.IntegerField()
    success_count = serializers.IntegerField()
    failure_count = serializers.IntegerField()
    config = serializers.DictField()


class JobsAnswer(serializers.Serializer):
    """All jobs, or a page of them."""

    jobs = JobAnswer(many=True)


class CreatedJobAnswer(serializers.Serializer):
    """What a new job's request answers."""

    id = serializers.CharField()
    name = serializers.CharField()
    next_run = serializers.DateTimeField(allow_null=True)
    enabled = serializers.BooleanField()


class ChangedJobAnswer(serializers.Serializer):
    """What a change answers."""

    id = serializers.CharField()
    schedule = serializers.CharField()
    enabled = serializers.BooleanField()
    next_run = serializers.DateTimeField(allow_null=True)


class RunStartedAnswer(serializers.Serializer):
    """What starting a job by hand answers."""

    task_id = serializers.UUIDField()
    status = serializers.CharField()
    message = serializers.CharField()


class RunAnswer(serializers.Serializer):
    """One run in the history."""

    id = serializers.IntegerField()
    job_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(RunStatus.choices)
    items_downloaded = serializers.IntegerField()
    error_message = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    queue_id = serializers.IntegerField(allow_null=True)


class HistoryAnswer(serializers.Serializer):
    """Runs, newest first."""

    history = RunAnswer(many=True)


def _next_run(job: Job) -> str | None:
    return isoformat_seconds(job.next_run) if job.next_run else None


class JobViewSet(ViewSet):
    """Jobs that repeat on a cron schedule."""

    required_roles: ClassVar[dict[str, Role]] = {
        "create": Role.ADMIN,
        "partial_update": Role.ADMIN,
        "destroy": Role.ADMIN,
        "run": Role.ADMIN,
    }

    @extend_schema(parameters=openapi_parameters(JOB_PAGES), responses=JobsAnswer)
    def list(self, request: Request) -> Response:
        """All jobs by name."""
        query = read_query(request, JOB_PAGES)
        page = selectors.list_jobs(page=query["page"], per_page=query["per_page"])
        per_page = query["per_page"] or max(page.total, 1)
        headers = paginated_headers(request, page=query["page"], per_page=per_page, total=page.total)
        return Response({"jobs": page.rows}, headers=headers)

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=JobBody, responses={201: CreatedJobAnswer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a job."""
        read_query(request, ())
        job = services.create_job(**read_body(request, JobBody), user=signed_in_user(request))
        answer = {"id": job.slug, "name": job.name, "next_run": _next_run(job), "enabled": job.enabled}
        return Response(answer, status=201)

    @extend_schema(responses=JobAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One job."""
        read_query(request, ())
        return Response(selectors.job_json(services.get_job(pk)))

    @extend_schema(request=JobChanges, responses=ChangedJobAnswer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a job's name, schedule, switch or config."""
        read_query(request, ())
        changes: dict[str, Any] = read_body(request, JobChanges, partial=True)
        job = services.update_job(pk, **changes, user=signed_in_user(request))
        return Response({"id": job.slug, "schedule": job.schedule, "enabled": job.enabled, "next_run": _next_run(job)})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a job and its history."""
        read_query(request, ())
        services.delete_job(pk, user=signed_in_user(request))
        return Response(status=204)

    @extend_schema(request=None, responses={202: RunStartedAnswer})
    def run(self, request: Request, pk: str) -> Response:
        """Start a job now."""
        read_query(request, ())
        read_body(request, NoBody)
        run = services.run_now(pk, user=signed_in_user(request))
        answer = {"task_id": str(run.task_id), "status": "queued", "message": "Job execution queued"}
        return Response(answer, status=202)


class HistoryViewSet(ViewSet):
    """The runs of all jobs."""

    @extend_schema(parameters=openapi_parameters(HISTORY_PARAMETERS), responses=HistoryAnswer)
    def list(self, request: Request) -> Response:
        """Runs, newest first."""
        query = read_query(request, HISTORY_PARAMETERS)
        page = selectors.history(
            job_id=query["job_id"] or "", status=query["status"] or "", limit=query["limit"], page=query["page"]
        )
        headers = paginated_headers(request, page=query["page"], per_page=query["limit"], total=page.total)
        return Response({"history": page.rows}, headers=headers)
