"""The probes: ``/healthz`` for anybody, ``/metrics`` for admins."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from mediadl.api.roles import Role
from mediadl.operations import health, metrics


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 if the database answers and the cluster takes tasks, else 503."""
    state = health.examine()
    response = JsonResponse(
        {
            "status": "ok" if state.is_healthy else "unhealthy",
            "database": state.database,
            "worker": state.worker,
        },
        status=200 if state.is_healthy else 503,
        headers={"Cache-Control": "no-store"},
    )
    response._has_been_logged = True  # type: ignore[attr-defined] # Django's mark: whoever probes sees it
    return response


class MetricsView(APIView):
    """Metrics for Prometheus; send an admin's token."""

    required_roles: ClassVar[dict[str, Role]] = {"get": Role.ADMIN}

    @extend_schema(exclude=True)
    def get(self, _request: Request) -> HttpResponse:
        """All metrics as text."""
        return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE, headers={"Cache-Control": "no-store"})
