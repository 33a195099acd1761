"""Numbers that no column holds: pages answer with words, never with a crash."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from mediadl.accounts.models import Role, User

pytestmark = pytest.mark.django_db

ODD = ("9" * 20, "9" * 5000)


@pytest.fixture
def admin(client: Client) -> Client:
    """A browser of an admin's."""
    client.force_login(User.objects.create_user(username="root", password="a long passphrase", role=Role.ADMIN))
    client.raise_request_exception = False
    return client


def _pages() -> list[tuple[str, list[str]]]:
    found = []
    for name, entries in get_resolver("mediadl.ui.urls").reverse_dict.lists():
        if isinstance(name, str) and name != "logout":
            found.append((name, entries[0][0][0][1]))
    return sorted(found)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("name", "parameters"), _pages())
def test_pages_bear_odd_numbers(admin: Client, name: str, parameters: list[str], odd: str) -> None:
    """In the path, the query and the form."""
    for path_value in (odd, "1"):
        try:
            path = reverse(name, kwargs=dict.fromkeys(parameters, path_value))
        except NoReverseMatch:
            try:
                path = reverse(name, kwargs=dict.fromkeys(parameters, int(path_value[:30])))
            except NoReverseMatch:
                continue
        names = (
            "page", "number", "ids", "open", "pair", "following", "newest", "max_downloads", "days_back", "priority",
            "older_than_days", "days", "monitor_days", "start", "limit", "since", "auto_cleanup_days",
            "storage_limit_gb",
        )  # fmt: skip
        fields = dict.fromkeys(names, odd)
        for extra in (
            {},
            {"action": "priority"},
            {"action": "delete"},
            {"name": "x", "scope": "full", "url": "https://example.org/a"},
        ):
            assert admin.get(path, {**fields, **extra}).status_code < 500, path[:80]
            assert admin.post(path, {**fields, **extra}).status_code < 500, (path[:80], extra)
