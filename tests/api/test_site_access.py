"""``/platforms/access`` over HTTP."""

import pytest

from mediadl.accounts.models import Role
from tests.api.clients import client_as, error_code
from tests.unit.platforms.test_cookie_upload import line

pytestmark = pytest.mark.django_db
SECRET = "v3ry-s3cret-c00kie"


def test_cookies_are_uploaded_shown_by_their_dates_and_removed():
    admin = client_as(Role.ADMIN)
    stored = admin.call("PUT", "/platforms/access/instagram/cookies", {"content": line("sessionid", SECRET)})
    assert stored.status_code == 200
    site = stored.json()["sites"][0]
    assert (site["site"], site["cookies"], site["cookie_count"]) == ("instagram", "valid", 1)
    assert site["cookies_expire_at"].endswith("Z")
    shown = admin.get("/platforms/access/instagram")
    assert shown.json() == site
    assert SECRET not in shown.content.decode() + stored.content.decode()
    assert admin.delete("/platforms/access/instagram/cookies").status_code == 204
    assert admin.delete("/platforms/access/instagram/cookies").status_code == 404
    assert admin.get("/platforms/access").json() == {"sites": []}


def test_a_bad_upload_is_refused_without_its_values():
    admin = client_as(Role.ADMIN)
    refused = admin.call("PUT", "/platforms/access/instagram/cookies", {"content": line("csrftoken", SECRET)})
    assert (refused.status_code, error_code(refused)) == (422, "VALIDATION_ERROR")
    assert "no sign-in" in refused.json()["errors"]["content"][0]
    assert SECRET not in refused.content.decode()
    assert admin.call("PUT", "/platforms/access/nonsense/cookies", {"content": "x"}).status_code == 422


def test_a_proxy_is_set_masked_and_removed():
    admin = client_as(Role.ADMIN)
    url = "/platforms/access/forum.example"
    changed = admin.patch(url, {"proxy": "http://me:s3cret@proxy.example:3128", "user_agent": "Mine/1"})
    assert changed.json()["sites"][0]["proxy"] == "http://***@proxy.example:3128"
    assert admin.patch(url, {"user_agent": "Other/2"}).json()["sites"][0]["proxy"].endswith("proxy.example:3128")
    assert admin.patch(url, {"proxy": "", "user_agent": ""}).json() == {"sites": []}
    assert admin.patch(url, {"proxy": "nonsense"}).status_code == 422
    assert admin.patch(url, {"unknown": 1}).status_code == 422
    assert admin.delete(url).status_code == 404
