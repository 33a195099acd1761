"""``/downloads/upgrades``: pictures that replaced smaller ones, or may."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from downloads.models import UpgradeStatus
from downloads.upgrade.deciding import Decision, decide
from downloads.upgrade.selectors import SHOWN, case_json, get_case, list_cases
from downloads.upgrade.undoing import undo_replacement
from mediadl.api.pagination import PAGE_PARAMETERS, PageParameters, paginated_answer
from mediadl.api.query import choice, openapi_parameters, read_query, text
from mediadl.api.renderers import json_response
from mediadl.api.serializers import NoBody, StrictSerializer, read_body
from mediadl.api.views import ApiViewSet

UPGRADE_PARAMETERS = (
    choice("status", SHOWN, default=UpgradeStatus.REVIEW.value, description="Those that wait, or what became of them."),
    text("source", high=120, description="Only this user, forum or site."),
    *PAGE_PARAMETERS,
)


class PictureAnswer(serializers.Serializer):
    """One picture of a pair."""

    download_id = serializers.IntegerField(allow_null=True)
    filename = serializers.CharField(allow_null=True)
    downloader = serializers.CharField(allow_null=True)
    resolution = serializers.CharField(allow_null=True)
    file_size = serializers.IntegerField(allow_null=True)


class UpgradeAnswer(serializers.Serializer):
    """A stored picture and a larger one; ``figures`` holds what was measured."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(SHOWN)
    reason = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    downloader = serializers.CharField()
    figures = serializers.DictField()
    stored = PictureAnswer()
    larger = PictureAnswer()
    can_undo = serializers.BooleanField()
    undo_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)


class UpgradePage(serializers.Serializer):
    """A page of pairs."""

    items = UpgradeAnswer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class DecisionBody(StrictSerializer):
    """``POST /downloads/upgrades/{id}/decide``."""

    decision = serializers.ChoiceField([decision.value for decision in Decision])


class UpgradeViewSet(ApiViewSet):
    """Pairs of pictures."""

    @extend_schema(
        operation_id="upgrades_list", parameters=openapi_parameters(UPGRADE_PARAMETERS), responses=UpgradePage
    )
    def list(self, request: Request) -> HttpResponse:
        """List pairs: those that wait for a person, or what became of the others."""
        values = read_query(request, UPGRADE_PARAMETERS)
        page = PageParameters(values["page"], values["per_page"])
        found = list_cases(status=values["status"], source=values["source"], page=page.page, per_page=page.per_page)
        return paginated_answer(request, [case_json(case) for case in found.rows], page=page, total=found.total)

    @extend_schema(operation_id="upgrades_get", responses=UpgradeAnswer)
    def retrieve(self, request: Request, case_id: int) -> HttpResponse:
        """Get a pair."""
        read_query(request, ())
        return json_response(case_json(get_case(case_id)))

    @extend_schema(operation_id="upgrades_decide", request=DecisionBody, responses=UpgradeAnswer)
    def decide(self, request: Request, case_id: int) -> HttpResponse:
        """Settle a pair that waits: the larger one replaces, both stay, or they are not the same."""
        read_query(request, ())
        body = read_body(request, DecisionBody)
        decide(case_id=case_id, decision=body["decision"], user=request.user)
        return json_response(case_json(get_case(case_id)))

    @extend_schema(operation_id="upgrades_undo", request=None, responses=UpgradeAnswer)
    def undo(self, request: Request, case_id: int) -> HttpResponse:
        """Give a replaced picture its old file back."""
        read_query(request, ())
        read_body(request, NoBody)
        undo_replacement(case_id=case_id, user=request.user)
        return json_response(case_json(get_case(case_id)))
