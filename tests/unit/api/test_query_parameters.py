"""Query parameters: read strictly."""

from datetime import UTC, date, datetime

import pytest
from django.test import RequestFactory

from mediadl.api.errors import InvalidFieldsError
from mediadl.api.query import boolean, choice, day, integer, moment, read_query, refuse_date_order, text

PARAMETERS = (
    integer("n", low=2, high=9, default=5),
    text("t", high=3),
    choice("c", ["a", "b"], default="a"),
    boolean("b"),
    day("d"),
    moment("m"),
)


def _read(query: str):
    return read_query(RequestFactory().get(f"/x?{query}"), PARAMETERS)


def test_defaults():
    assert _read("") == {"n": 5, "t": None, "c": "a", "b": None, "d": None, "m": None}


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("n=2", "n", 2),
        ("t=abc", "t", "abc"),
        ("t=", "t", None),
        ("c=b", "c", "b"),
        ("b=TRUE", "b", True),
        ("b=0", "b", False),
        ("d=2024-02-29", "d", date(2024, 2, 29)),
        ("m=2025-10-13T15:45:00Z", "m", datetime(2025, 10, 13, 15, 45, tzinfo=UTC)),
        ("m=2025-10-13T17:45:00%2B02:00", "m", datetime(2025, 10, 13, 15, 45, tzinfo=UTC)),
        ("m=2025-10-13T17:45:00+02:00", "m", datetime(2025, 10, 13, 15, 45, tzinfo=UTC)),
        ("m=2025-10-13T15:45:00", "m", datetime(2025, 10, 13, 15, 45, tzinfo=UTC)),
    ],
)
def test_good_values(query, name, value):
    assert _read(query)[name] == value


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("n=1", "n"),
        ("n=10", "n"),
        ("n=5.0", "n"),
        ("n=", "n"),
        ("n=%2B5", "n"),
        ("t=abcd", "t"),
        ("t=a%00", "t"),
        ("c=", "c"),
        ("b=yes", "b"),
        ("d=2025-2-1", "d"),
        ("d=2023-02-29", "d"),
        ("m=now", "m"),
        ("m=2025-13-01T00:00:00Z", "m"),
        ("m=0001-01-01T00:00:00%2B14:00", "m"),
        ("x=1", "x"),
        ("n=3&n=4", "n"),
    ],
)
def test_bad_values_are_named(query, name):
    with pytest.raises(InvalidFieldsError) as caught:
        _read(query)
    assert list(caught.value.field_errors) == [name]


def test_every_bad_one_is_named():
    with pytest.raises(InvalidFieldsError) as caught:
        _read("n=0&x=1&b=2")
    assert set(caught.value.field_errors) == {"n", "x", "b"}


def test_a_range_must_not_end_before_it_begins():
    refuse_date_order({"date_from": date(2025, 1, 1), "date_to": date(2025, 1, 1)})
    with pytest.raises(InvalidFieldsError):
        refuse_date_order({"date_from": date(2025, 1, 2), "date_to": date(2025, 1, 1)})
