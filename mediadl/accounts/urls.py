"""``/auth`` and ``/users``; with them the schema and its page (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

# Lets the schema know the ways to sign in (an extension is registered by its import); here, since
# loading it takes 0.4 s and 10 MB, which a process without URLs need not spend.
import mediadl.accounts.schema  # noqa: F401
from mediadl.accounts.api import auth_views, token_views, user_views
from mediadl.api.urls import urlpatterns as api_urlpatterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login", auth_views.LoginView.as_view()),
    path("auth/refresh", auth_views.RefreshView.as_view()),
    path("auth/me", auth_views.MeView.as_view()),
    path("auth/logout", auth_views.LogoutView.as_view()),
    path("auth/password", auth_views.PasswordView.as_view()),
    path("auth/ws-ticket", auth_views.SocketTicketView.as_view()),
    path("auth/tokens", token_views.TokensView.as_view()),
    path("auth/tokens/<id:token_id>", token_views.TokenView.as_view()),
    path("users", user_views.UsersView.as_view()),
    path("users/<id:user_id>", user_views.UserView.as_view()),
    *api_urlpatterns,
]
