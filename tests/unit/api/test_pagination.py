"""The page headers."""

import pytest
from django.test import RequestFactory

from mediadl.api.errors import InvalidFieldsError
from mediadl.api.pagination import PageParameters, page_parameters, paginated_headers
from mediadl.api.query import text

FACTORY = RequestFactory()


def _link(query: str, *, page: int, per_page: int = 10, total: int = 35) -> dict[str, str]:
    headers = paginated_headers(FACTORY.get(f"/api/v1/x{query}"), page=page, per_page=per_page, total=total)
    parts = [part.split(">; rel=") for part in headers.get("Link", "").split(", ") if part]
    return {relation.strip('"'): target.lstrip("<") for target, relation in parts}


def test_a_page_in_the_middle_has_all_four():
    assert _link("", page=2) == {
        "first": "/api/v1/x?page=1",
        "prev": "/api/v1/x?page=1",
        "next": "/api/v1/x?page=3",
        "last": "/api/v1/x?page=4",
    }


def test_the_ends_lack_what_does_not_exist():
    assert set(_link("", page=1)) == {"first", "next", "last"}
    assert set(_link("", page=4)) == {"first", "prev", "last"}


def test_an_empty_list_has_no_link():
    assert _link("", page=1, total=0) == {}


def test_past_the_end_prev_is_the_last_page():
    assert _link("", page=99)["prev"] == "/api/v1/x?page=4"
    assert "next" not in _link("", page=99)


def test_other_parameters_are_kept_and_escaped():
    link = _link("?source=a%26b%22%3E&page=1&per_page=10", page=1)
    assert link["next"] == "/api/v1/x?source=a%26b%22%3E&page=2&per_page=10"


def test_totals_are_headers():
    headers = paginated_headers(FACTORY.get("/x"), page=2, per_page=50, total=1885)
    assert [headers[name] for name in ("X-Total-Count", "X-Page", "X-Per-Page", "X-Total-Pages")] == [
        *("1885", "2", "50", "38"),
    ]


def test_parameters_default_and_refuse_strangers():
    assert page_parameters(FACTORY.get("/x")) == PageParameters(1, 50)
    assert page_parameters(FACTORY.get("/x?page=3&per_page=200&a=b"), [text("a")]) == PageParameters(3, 200)
    with pytest.raises(InvalidFieldsError) as caught:
        page_parameters(FACTORY.get("/x?a=b"))
    assert list(caught.value.field_errors) == ["a"]
