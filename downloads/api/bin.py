"""``/downloads/bin``: what was deleted or replaced and can come back."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from downloads.api.files import RANGE_ANSWERS, THUMBNAIL_SECONDS, file_response
from downloads.bin.purging import empty_bin, purge_entry
from downloads.bin.selectors import list_bin, thumbnail_of
from downloads.models import BinReason
from downloads.services.restoring import restore
from mediadl.api.pagination import PAGE_PARAMETERS, PageParameters, paginated_answer
from mediadl.api.query import choice, openapi_parameters, read_query, text
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, read_body
from mediadl.api.views import ApiViewSet

BIN_PARAMETERS = (
    text("source", high=120, description="Only this user, forum or site."),
    choice("reason", BinReason.values, description="Only what came there for this reason."),
    *PAGE_PARAMETERS,
)


class BinEntryAnswer(serializers.Serializer):
    """One file in the recycle bin."""

    id = serializers.IntegerField()
    filename = serializers.CharField()
    path = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    media_type = serializers.CharField(allow_null=True)
    file_size = serializers.IntegerField()
    file_hash = serializers.CharField()
    reason = serializers.ChoiceField(BinReason.choices)
    download_id = serializers.IntegerField(allow_null=True)
    binned_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    has_thumbnail = serializers.BooleanField()


class BinPageAnswer(serializers.Serializer):
    """A page of the recycle bin."""

    items = BinEntryAnswer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class RestoredAnswer(serializers.Serializer):
    """The downloads that have their file again."""

    download_ids = serializers.ListField(child=serializers.IntegerField())


class EmptiedAnswer(serializers.Serializer):
    """How many files went for good."""

    deleted = serializers.IntegerField()


class BinViewSet(ApiViewSet):
    """The recycle bin."""

    required_roles: ClassVar[dict[str, Role]] = {"destroy": Role.ADMIN, "empty": Role.ADMIN}

    @extend_schema(operation_id="bin_list", parameters=openapi_parameters(BIN_PARAMETERS), responses=BinPageAnswer)
    def list(self, request: Request) -> HttpResponse:
        """List the recycle bin, newest first."""
        values = read_query(request, BIN_PARAMETERS)
        page = PageParameters(values["page"], values["per_page"])
        found = list_bin(source=values["source"], reason=values["reason"], page=page.page, per_page=page.per_page)
        return paginated_answer(request, found.rows, page=page, total=found.total)

    @extend_schema(operation_id="bin_thumbnail", responses=RANGE_ANSWERS)
    def thumbnail(self, request: Request, entry_id: int) -> HttpResponseBase:
        """Get the small picture of a file in the bin."""
        read_query(request, ())
        return file_response(request, thumbnail_of(entry_id), max_age=THUMBNAIL_SECONDS)

    @extend_schema(operation_id="bin_restore", request=None, responses=RestoredAnswer)
    def restore(self, request: Request, entry_id: int) -> Response:
        """Give a file back to its place, with its record."""
        read_query(request, ())
        read_body(request, NoBody)
        return Response({"download_ids": restore(entry_id=entry_id, user=request.user)})

    @extend_schema(operation_id="bin_delete", responses={204: None})
    def destroy(self, request: Request, entry_id: int) -> Response:
        """Delete a file for good (admins)."""
        read_query(request, ())
        purge_entry(entry_id=entry_id, user=request.user)
        return Response(status=204)

    @extend_schema(operation_id="bin_empty", responses={200: EmptiedAnswer})
    def empty(self, request: Request) -> Response:
        """Delete all files of the bin for good (admins)."""
        read_query(request, ())
        deleted: Any = empty_bin(user=request.user)
        return Response({"deleted": deleted})
