"""Signed-in callers for the API's tests."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from mediadl.accounts.models import Role, Session, User
from mediadl.accounts.services.sessions import access_token_of, start_session

API = "/api/v1"
PASSWORD = "correct horse battery staple"
_numbers = count(1)
# One for all clients: each would load the middleware, which looks at every static file.
_handler = ClientHandler(enforce_csrf_checks=True)


class ApiClient:
    """Calls the API as somebody; paths are given below ``/api/v1``."""

    def __init__(self, headers: dict[str, str] | None = None, user: User | None = None) -> None:
        self.headers = headers or {}
        self.user = user
        self._client = Client(raise_request_exception=False)
        self._client.handler = _handler

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send ``body`` as JSON; header names are given with underscores."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        options: dict[str, Any] = {"headers": sent}
        if method != "GET":
            options["content_type"] = "application/json"
            options["data"] = "" if body is None else body
        if isinstance(body, (dict, list)):
            options["data"] = json.dumps(body)
        return self._client.generic(method, API + path, **options)

    def raw(self, method: str, path: str, data: bytes, content_type: str, **headers: str) -> Any:
        """Send bytes as they are."""
        return self._client.generic(
            method, API + path, data=data, content_type=content_type, headers={**self.headers, **headers}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def make_user(role: str = Role.USER, *, username: str = "", **fields: Any) -> User:
    """A user without a usable password: nothing is hashed."""
    return User.objects.create_user(username or f"{role}{next(_numbers)}", role=role, **fields)


def session_of(user: User) -> Session:
    return start_session(user, Session.Kind.TOKEN, address="127.0.0.1", user_agent="tests", lifetime=timedelta(days=30))


def client_of(user: User) -> ApiClient:
    """A client with an access token of ``user``."""
    return ApiClient({"Authorization": f"Bearer {access_token_of(session_of(user))}"}, user)


def client_as(role: str = Role.USER) -> ApiClient:
    """A client of a new user with ``role``; ``anonymous`` sends no token."""
    return ApiClient() if role == "anonymous" else client_of(make_user(role))


def error_code(response: Any) -> str:
    """The ``error_code`` of an answer, after a look at the rest of the format."""
    body = response.json()
    assert set(body) >= {"detail", "error_code", "timestamp", "request_id"}, body
    assert body["request_id"] == response["X-Request-ID"]
    return str(body["error_code"])
