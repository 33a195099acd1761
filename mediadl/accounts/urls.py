"""``/auth`` and ``/users``; with them the schema and its page (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

# Lets the schema know the ways to sign in (an extension is registered by its import); here, since
# loading it takes 0.4 s and 10 MB, which a process without URLs need not spend.
import mediadl.accounts.schema  # noqa: F401
from mediadl.accounts.api.auth_views import AuthViewSet, SignInViewSet
from mediadl.accounts.api.token_views import ApiTokenViewSet
from mediadl.accounts.api.user_views import UserViewSet
from mediadl.api.urls import urlpatterns as api_urlpatterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login", SignInViewSet.as_view({"post": "login"})),
    path("auth/refresh", SignInViewSet.as_view({"post": "refresh"})),
    path("auth/me", AuthViewSet.as_view({"get": "me"})),
    path("auth/logout", AuthViewSet.as_view({"post": "logout"})),
    path("auth/password", AuthViewSet.as_view({"post": "password"})),
    path("auth/ws-ticket", AuthViewSet.as_view({"post": "ws_ticket"})),
    path("auth/tokens", ApiTokenViewSet.as_view({"get": "list", "post": "create"})),
    path("auth/tokens/<id:token_id>", ApiTokenViewSet.as_view({"delete": "destroy"})),
    path("users", UserViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "users/<id:user_id>",
        UserViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    *api_urlpatterns,
]
