"""``/downloads/adoptions``: collections of other programs become part of the library; for admins."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from downloads.adoption.models import AdoptionRun, AdoptionStatus
from downloads.adoption.request import PLATFORMS, FilePlacement
from downloads.adoption.services import cancel_adoption, start_adoption
from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.errors import NotFoundError
from mediadl.api.pagination import PAGE_PARAMETERS, page_parameters, paginated_answer
from mediadl.api.query import openapi_parameters, read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, StrictSerializer, read_body
from mediadl.api.views import ApiViewSet
from mediadl.clock import isoformat_seconds


class AdoptionBody(StrictSerializer):
    """What to adopt."""

    folder = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    archives = serializers.ListField(child=serializers.CharField(max_length=1000), max_length=20, required=False)
    placement = serializers.ChoiceField([one.value for one in FilePlacement], default=FilePlacement.IN_PLACE.value)
    platform = serializers.ChoiceField(PLATFORMS, required=False, default="", allow_blank=True)
    source = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)  # type: ignore[assignment]
    dry_run = serializers.BooleanField(default=True)


class AdoptionExample(serializers.Serializer):
    """One file, and what happens to it."""

    path = serializers.CharField()
    what = serializers.CharField()
    detail = serializers.CharField()


class AdoptionAnswer(serializers.Serializer):
    """One adoption."""

    id = serializers.IntegerField()
    folder = serializers.CharField()
    archives = serializers.ListField(child=serializers.CharField())
    placement = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    dry_run = serializers.BooleanField()
    status = serializers.ChoiceField(AdoptionStatus.choices)
    counts = serializers.DictField(child=serializers.IntegerField())
    examples = AdoptionExample(many=True)
    error = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class AdoptionPage(serializers.Serializer):
    """Adoptions, newest first."""

    items = AdoptionAnswer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


def adoption_json(run: AdoptionRun) -> dict[str, Any]:
    """One adoption as the API shows it."""
    plain = (
        "folder",
        "archives",
        "placement",
        "platform",
        "source",
        "dry_run",
        "status",
        "counts",
        "examples",
        "error",
    )
    return {
        "id": run.pk,
        **{name: getattr(run, name) for name in plain},
        "started_at": isoformat_seconds(run.started_at),
        "ended_at": isoformat_seconds(run.ended_at) if run.ended_at else None,
    }


class AdoptionViewSet(ApiViewSet):
    """Adoptions; they run in the background."""

    required_roles: ClassVar[dict[str, Role]] = dict.fromkeys(("list", "create", "retrieve", "cancel"), Role.ADMIN)

    @extend_schema(
        operation_id="downloads_adoptions_list",
        parameters=openapi_parameters(PAGE_PARAMETERS),
        responses=AdoptionPage,
    )
    def list(self, request: Request) -> HttpResponse:
        """List adoptions, newest first."""
        page = page_parameters(request)
        rows = AdoptionRun.objects.order_by("-id")[page.offset : page.offset + page.per_page]
        return paginated_answer(
            request, [adoption_json(row) for row in rows], page=page, total=AdoptionRun.objects.count()
        )

    @extend_schema(operation_id="downloads_adoptions_start", request=AdoptionBody, responses={202: AdoptionAnswer})
    def create(self, request: Request) -> Response:
        """Adopt a folder, archives, or both; with ``dry_run`` (the default) only say what would happen."""
        read_query(request, ())
        body = read_body(request, AdoptionBody)
        run = start_adoption(**{"archives": [], **body}, user=signed_in_user(request))
        return Response(adoption_json(run), status=202)

    @extend_schema(operation_id="downloads_adoptions_get", responses=AdoptionAnswer)
    def retrieve(self, request: Request, run_id: int) -> Response:
        """Get an adoption: how far it is, and what it did."""
        read_query(request, ())
        run = AdoptionRun.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFoundError("There is no adoption with this id.")
        return Response(adoption_json(run))

    @extend_schema(operation_id="downloads_adoptions_cancel", request=None, responses=AdoptionAnswer)
    def cancel(self, request: Request, run_id: int) -> Response:
        """Stop an adoption; what it adopted stays."""
        read_query(request, ())
        read_body(request, NoBody)
        return Response(adoption_json(cancel_adoption(run_id=run_id, user=signed_in_user(request))))
