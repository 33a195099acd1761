"""``/platforms/access``: cookies, proxy and user agent of each site; for admins only."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import StrictSerializer, read_body
from mediadl.clock import isoformat_seconds
from platforms import access_selectors, access_services


class CookiesBody(StrictSerializer):
    """An upload: a ``cookies.txt`` or a browser extension's JSON, as text."""

    content = serializers.CharField(trim_whitespace=False, write_only=True)


class ConnectionBody(StrictSerializer):
    """An empty text removes what was set."""

    proxy = serializers.CharField(
        max_length=access_services.MAX_PROXY_CHARACTERS, required=False, allow_blank=True, write_only=True
    )
    user_agent = serializers.CharField(
        max_length=access_services.MAX_USER_AGENT_CHARACTERS, required=False, allow_blank=True
    )


class SiteAnswer(serializers.Serializer):
    """What is set for one site; a secret's text is never shown."""

    site = serializers.CharField()
    cookies = serializers.ChoiceField([state.value for state in access_selectors.CookieState])
    cookie_count = serializers.IntegerField()
    cookies_expire_at = serializers.DateTimeField(allow_null=True)
    cookies_uploaded_at = serializers.DateTimeField(allow_null=True)
    proxy = serializers.CharField(allow_blank=True)
    user_agent = serializers.CharField(allow_blank=True)


class SitesAnswer(serializers.Serializer):
    """All sites for which something is set."""

    sites = SiteAnswer(many=True)


class SiteAccessViewSet(ViewSet):
    """How sites are asked. A site is a platform's name, or a host."""

    required_roles: ClassVar[dict[str, Role]] = dict.fromkeys(
        ("list", "retrieve", "partial_update", "destroy", "store_cookies", "remove_cookies"), Role.ADMIN
    )

    @extend_schema(operation_id="platforms_access_list", responses=SitesAnswer)
    def list(self, request: Request) -> Response:
        """Every site for which something is set."""
        read_query(request, ())
        return Response({"sites": [_site_json(row) for row in access_selectors.list_sites()]})

    @extend_schema(responses=SiteAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One site."""
        read_query(request, ())
        return Response(_site_json(access_selectors.get_site(pk)))

    @extend_schema(request=ConnectionBody, responses=SitesAnswer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Set the proxy or the user agent of a site."""
        read_query(request, ())
        changes = read_body(request, ConnectionBody, partial=True)
        access_services.set_connection(pk, **changes, user=signed_in_user(request))
        return self._answer(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget everything that is set for a site."""
        read_query(request, ())
        access_services.forget_site(pk, user=signed_in_user(request))
        return Response(status=204)

    @extend_schema(request=CookiesBody, responses=SitesAnswer)
    def store_cookies(self, request: Request, pk: str) -> Response:
        """Keep the site's cookies of an upload, in place of those before."""
        read_query(request, ())
        body = read_body(request, CookiesBody)
        access_services.store_cookies(pk, body["content"], user=signed_in_user(request))
        return self._answer(pk)

    @extend_schema(responses={204: None})
    def remove_cookies(self, request: Request, pk: str) -> Response:
        """Forget a site's cookies."""
        read_query(request, ())
        access_services.remove_cookies(pk, user=signed_in_user(request))
        return Response(status=204)

    @staticmethod
    def _answer(site: str) -> Response:
        """The site as it is now: a list of one, or of none where nothing is set any more."""
        clean = access_services.clean_site(site)
        rows = [row for row in access_selectors.list_sites() if row.site == clean]
        return Response({"sites": [_site_json(row) for row in rows]})


def _site_json(row: access_selectors.SiteRow) -> dict[str, Any]:
    return {
        "site": row.site,
        "cookies": row.cookie_state.value,
        "cookie_count": row.cookie_count,
        "cookies_expire_at": isoformat_seconds(row.expires_at) if row.expires_at else None,
        "cookies_uploaded_at": isoformat_seconds(row.uploaded_at) if row.uploaded_at else None,
        "proxy": row.proxy,
        "user_agent": row.user_agent,
    }
