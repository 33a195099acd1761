"""Every route x method x role. A route without a row here fails the test."""

import pytest

from mediadl.accounts.models import Role
from tests.api.clients import client_as, error_code
from tests.api.routes import routes, sample

PUBLIC, VIEWER, USER, ADMIN = "anonymous", Role.VIEWER.value, Role.USER.value, Role.ADMIN.value
_ORDER = [PUBLIC, VIEWER, USER, ADMIN]

# The lowest role that may call it.
LOWEST_ROLE = {
    "POST auth/login": PUBLIC,
    "POST auth/refresh": PUBLIC,
    "GET schema": PUBLIC,
    "GET docs": PUBLIC,
    "GET auth/me": VIEWER,
    "POST auth/logout": VIEWER,
    "POST auth/password": VIEWER,
    "POST auth/ws-ticket": VIEWER,
    "GET auth/tokens": VIEWER,
    "POST auth/tokens": VIEWER,
    "DELETE auth/tokens/<id:token_id>": VIEWER,
    "GET users": ADMIN,
    "POST users": ADMIN,
    "GET users/<id:user_id>": ADMIN,
    "PATCH users/<id:user_id>": ADMIN,
    "DELETE users/<id:user_id>": ADMIN,
    "GET downloads": VIEWER,
    "GET downloads/<id:download_id>": VIEWER,
    "PATCH downloads/<id:download_id>": USER,
    "DELETE downloads/<id:download_id>": USER,
    "GET downloads/<id:download_id>/file": VIEWER,
    "GET downloads/<id:download_id>/thumbnail": VIEWER,
    "POST downloads/<id:download_id>/retry": USER,
    "GET downloads/stats": VIEWER,
    "GET downloads/removals": ADMIN,
    "POST downloads/bulk": USER,
    "POST downloads/archive": VIEWER,
    "GET downloads/adoptions": ADMIN,
    "POST downloads/adoptions": ADMIN,
    "GET downloads/adoptions/<id:run_id>": ADMIN,
    "POST downloads/adoptions/<id:run_id>/cancel": ADMIN,
    "GET downloads/bin": VIEWER,
    "DELETE downloads/bin": ADMIN,
    "DELETE downloads/bin/<id:entry_id>": ADMIN,
    "POST downloads/bin/<id:entry_id>/restore": USER,
    "GET downloads/bin/<id:entry_id>/thumbnail": VIEWER,
    "GET downloads/upgrades": VIEWER,
    "GET downloads/upgrades/<id:case_id>": VIEWER,
    "POST downloads/upgrades/<id:case_id>/decide": USER,
    "POST downloads/upgrades/<id:case_id>/undo": USER,
    "GET queue": VIEWER,
    "POST queue": USER,
    "GET queue/<id:item_id>": VIEWER,
    "PATCH queue/<id:item_id>": USER,
    "DELETE queue/<id:item_id>": USER,
    "POST queue/<id:item_id>/retry": USER,
    "POST queue/<id:item_id>/cancel": USER,
    "GET queue/stats": VIEWER,
    "POST queue/clear": USER,
    "POST queue/bulk": USER,
    "POST queue/import": USER,
    "GET scheduler/jobs": VIEWER,
    "POST scheduler/jobs": ADMIN,
    "GET scheduler/jobs/<str:pk>": VIEWER,
    "PATCH scheduler/jobs/<str:pk>": ADMIN,
    "DELETE scheduler/jobs/<str:pk>": ADMIN,
    "POST scheduler/jobs/<str:pk>/run": ADMIN,
    "GET scheduler/history": VIEWER,
    "GET platforms": VIEWER,
    "GET platforms/access": ADMIN,
    "GET platforms/access/<str:pk>": ADMIN,
    "PATCH platforms/access/<str:pk>": ADMIN,
    "DELETE platforms/access/<str:pk>": ADMIN,
    "PUT platforms/access/<str:pk>/cookies": ADMIN,
    "DELETE platforms/access/<str:pk>/cookies": ADMIN,
    "GET platforms/extractors": VIEWER,
    "POST platforms/extractors/update": ADMIN,
    "POST platforms/instagram/download": USER,
    "POST platforms/tiktok/download": USER,
    "POST platforms/forum/monitor": ADMIN,
    "GET platforms/forum/threads": VIEWER,
    "GET platforms/forum/threads/<str:pk>": VIEWER,
    "PATCH platforms/forum/threads/<str:pk>": ADMIN,
    "DELETE platforms/forum/threads/<str:pk>": ADMIN,
    "POST platforms/forum/threads/<str:pk>/check": ADMIN,
    "GET settings": ADMIN,
    "PATCH settings": ADMIN,
    "GET auth/notifications": VIEWER,
    "PATCH auth/notifications": VIEWER,
    "GET settings/notifications": ADMIN,
    "POST settings/notifications/test": ADMIN,
    "GET logs": ADMIN,
    "DELETE logs": ADMIN,
    "GET logs/download": ADMIN,
    "GET stats/overview": VIEWER,
    "GET stats/timeline": VIEWER,
    "GET stats/platforms": VIEWER,
}
ROUTES = [f"{method} {path}" for method, path in routes()]


def test_every_route_has_a_row():
    assert sorted(set(ROUTES) - set(LOWEST_ROLE)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_the_role_decides(route):
    method, path = route.split(" ", 1)
    for role in _ORDER:
        answer = client_as(role).call(method, sample(path))
        if _ORDER.index(role) >= _ORDER.index(LOWEST_ROLE[route]):
            assert answer.status_code not in {401, 403, 405, 500}, (role, answer.content)
        elif role == PUBLIC:
            assert (answer.status_code, error_code(answer)) == (401, "NOT_AUTHENTICATED")
        else:
            assert (answer.status_code, error_code(answer)) == (403, "PERMISSION_DENIED"), role
