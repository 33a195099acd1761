"""/api/v1/schema and /api/v1/docs."""

import re
from pathlib import Path

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

from mediadl.accounts.models import Role
from mediadl.api.errors import ErrorCode
from tests.api.clients import ApiClient, client_as, make_user
from tests.api.routes import routes
from tests.unit.downloads.library import add_downloads

_PARAMETER = re.compile(r"<[^>]+>|{[^}]+}")


@pytest.fixture(scope="module")
def schema() -> dict:
    import orjson

    from mediadl.api.schema_views import schema_json

    return orjson.loads(schema_json())


def test_it_is_made_without_a_warning(tmp_path: Path):
    call_command("spectacular", "--file", str(tmp_path / "schema.yml"), "--validate", "--fail-on-warn")


def test_it_describes_every_route(schema):
    described = {
        f"{method.upper()} {_PARAMETER.sub('{}', path)}"
        for path, operations in schema["paths"].items()
        for method in operations
    }
    itself = {("GET", "schema"), ("GET", "docs")}
    expected = {f"{method} /api/v1/{_PARAMETER.sub('{}', path)}" for method, path in set(routes()) - itself}
    assert schema["openapi"].startswith("3.1")
    assert described == expected


def test_it_lists_every_code_and_the_errors_of_every_operation(schema):
    assert schema["components"]["schemas"]["ErrorCode"]["enum"] == [code.value for code in ErrorCode]
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert {"422", "429", "default"} <= set(operation["responses"])


def test_it_shows_the_specifications_examples(schema):
    login = schema["paths"]["/api/v1/auth/login"]["post"]
    assert login["requestBody"]["content"]["application/json"]["example"]["username"] == "admin"
    item = schema["paths"]["/api/v1/queue/{item_id}"]["patch"]["responses"]["200"]
    assert item["content"]["application/json"]["example"] == {"id": 2732, "status": "paused", "priority": 1}


def test_its_examples_fit_its_own_types(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values():
                    if "example" in content:
                        whole = {**content["schema"], "components": schema["components"]}
                        problems = list(jsonschema.Draft202012Validator(whole).iter_errors(content["example"]))
                        missing = [p for p in problems if p.validator != "required"]  # documented additions
                        assert missing == [], (method, path, status)


def test_nobody_has_to_sign_in_to_read_it(db):
    answer = ApiClient().get("/schema")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"


def test_the_page_uses_our_own_files_and_no_script_without_the_nonce(db, client: Client):
    answer = client.get("/api/v1/docs")
    text = answer.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"])
    assert nonce is not None
    assert f'<script nonce="{nonce.group(1)}">' in text
    assert "http" not in re.sub(r"<title>.*", "", text.split("<body>")[0])
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert client.get(path).status_code == 200, path


def _validator(schema: dict, method: str, path: str, status: int) -> jsonschema.Draft202012Validator:
    answer = schema["paths"][path][method.lower()]["responses"][str(status)]
    (content,) = answer["content"].values()
    return jsonschema.Draft202012Validator({**content["schema"], "components": schema["components"]})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/auth/me", Role.VIEWER),
        ("/auth/tokens", Role.VIEWER),
        ("/users", Role.ADMIN),
        ("/downloads", Role.VIEWER),
        ("/downloads/stats", Role.VIEWER),
        ("/queue", Role.VIEWER),
        ("/queue/stats", Role.VIEWER),
    ],
)
def test_answers_match_it(schema, path, role):
    add_downloads(2, media_type="image")
    add_downloads(1, start=5, status="failed")
    client = client_as(role)
    client_as(Role.USER).post("/queue", {"url": "https://example.com/a.jpg"})
    client.post("/auth/tokens", {"name": "x", "scope": "read"})
    answer = client.get(path)
    assert answer.status_code == 200
    _validator(schema, "GET", f"/api/v1{path}", 200).validate(answer.json())


@pytest.mark.django_db
def test_single_ones_and_errors_match_it(schema):
    user = client_of_user()
    added = user.post("/queue", {"url": "https://example.com/a.jpg"})
    _validator(schema, "POST", "/api/v1/queue", 201).validate(added.json())
    item = user.get(f"/queue/{added.json()['id']}")
    _validator(schema, "GET", "/api/v1/queue/{item_id}", 200).validate(item.json())
    (download,) = add_downloads(1)
    record = user.get(f"/downloads/{download.pk}")
    _validator(schema, "GET", "/api/v1/downloads/{download_id}", 200).validate(record.json())
    wrong = user.get("/queue?page=0")
    _validator(schema, "GET", "/api/v1/queue", 422).validate(wrong.json())
    duplicate = user.post("/queue", {"url": "https://example.com/a.jpg"})
    error = {"$ref": "#/components/schemas/Error", "components": schema["components"]}
    jsonschema.Draft202012Validator(error).validate(duplicate.json())


def client_of_user() -> ApiClient:
    from tests.api.clients import client_of

    return client_of(make_user(Role.USER))
