"""Range and conditional requests against a second, slower way to say the same."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediadl.web.ranges import Conditions, Selection, select

ETAG = '"abc"'
CHANGED = datetime(2025, 10, 13, 15, 45, 23, 400_000, tzinfo=UTC)
HTTP_CHANGED = format_datetime(CHANGED.replace(microsecond=0), usegmt=True)


def _select(size: int = 100, **headers: str) -> Selection:
    return select(Conditions(**headers), size=size, etag=ETAG, last_modified=CHANGED)


def _reference(size: int, first: int | None, last: int | None) -> tuple[int, list[int]]:
    """RFC 9110, 14.1.2, by listing the positions that are asked for."""
    if first is None and last is None:
        return 200, list(range(size))
    if first is None:
        assert last is not None
        positions = list(range(size))[-last:] if last else []
        return (206, positions) if positions else (416, [])
    if last is not None and last < first:
        return 200, list(range(size))
    positions = [position for position in range(size) if position >= first and (last is None or position <= last)]
    return (206, positions) if positions else (416, [])


_number = st.none() | st.integers(0, 60) | st.integers(0, 10**18) | st.just(99999999999999999999)


@given(size=st.integers(0, 50), first=_number, last=_number)
def test_one_range_selects_what_the_standard_says(size: int, first: int | None, last: int | None) -> None:
    text = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    chosen = _select(size, range=text)
    status, positions = _reference(size, first, last if last is None or last < 1000 else 1000)
    if first is not None and last is not None and last < first:
        status, positions = 200, list(range(size))
    elif first is not None and first >= size:
        status, positions = 416, []
    assert chosen.status == status
    assert list(range(chosen.start, chosen.end)) == positions


@given(text=st.text(max_size=40))
def test_any_text_is_answered_with_bytes_of_the_file(text: str) -> None:
    chosen = _select(range=text)
    assert chosen.status in {200, 206, 416}
    assert 0 <= chosen.start <= chosen.end <= 100


@pytest.mark.parametrize("text", ["bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=5", "0-5", "bytes=-", "bytes=٣-٤"])
def test_what_is_not_one_range_of_bytes_gets_the_whole(text: str) -> None:
    assert _select(range=text) == Selection(HTTPStatus.OK, 0, 100)


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000])
def test_no_number_is_too_large_to_be_past_the_end(number: str) -> None:
    assert _select(range=f"bytes={number}-") == Selection(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 0, 0)
    assert _select(range=f"bytes=90-{number}") == Selection(HTTPStatus.PARTIAL_CONTENT, 90, 100)
    assert _select(range=f"bytes=-{number}") == Selection(HTTPStatus.PARTIAL_CONTENT, 0, 100)


def test_zeros_before_a_number_do_not_make_it_larger() -> None:
    assert _select(range=f"bytes={'0' * 30}5-9") == Selection(HTTPStatus.PARTIAL_CONTENT, 5, 10)


@pytest.mark.parametrize(
    ("text", "status"),
    [('"abc"', 200), ("*", 200), ('"x", "abc"', 200), ('"nope"', 412), ('W/"abc"', 412), ("nonsense", 412)],
)
def test_only_the_wanted_version_is_sent(text: str, status: int) -> None:
    assert _select(if_match=text).status == status


@pytest.mark.parametrize(("days", "status"), [(-1, 412), (0, 200), (1, 200)])
def test_a_file_that_has_changed_since_is_not_sent(days: int, status: int) -> None:
    since = format_datetime((CHANGED + timedelta(days=days)).replace(microsecond=0), usegmt=True)
    assert _select(if_unmodified_since=since).status == status
    assert _select(if_unmodified_since=since, if_match=ETAG).status == 200  # the tag decides alone


def test_an_unwanted_version_is_told_before_a_known_one_or_a_range() -> None:
    assert _select(if_match='"nope"', if_none_match=ETAG, range="bytes=500-").status == 412


@pytest.mark.parametrize("text", ['"abc"', 'W/"abc"', '"x", "abc"', "*", '"a,b", W/"abc"'])
def test_a_known_tag_is_not_sent_again(text: str) -> None:
    assert _select(if_none_match=text, range="bytes=0-1").status == HTTPStatus.NOT_MODIFIED


def test_the_tag_decides_before_the_date() -> None:
    assert _select(if_none_match='"other"', if_modified_since=HTTP_CHANGED).status == HTTPStatus.OK


@pytest.mark.parametrize(("days", "status"), [(-1, 200), (0, 304), (1, 304)])
def test_an_unchanged_file_is_not_sent_again(days: int, status: int) -> None:
    since = format_datetime((CHANGED + timedelta(days=days)).replace(microsecond=0), usegmt=True)
    assert _select(if_modified_since=since).status == status


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (ETAG, 206),
        ('"other"', 200),
        ('W/"abc"', 200),
        (HTTP_CHANGED, 206),
        (format_datetime((CHANGED + timedelta(days=1)).replace(microsecond=0), usegmt=True), 200),
        ("nonsense", 200),
    ],
)
def test_a_range_of_another_version_gets_the_whole(if_range: str, status: int) -> None:
    assert _select(range="bytes=0-9", if_range=if_range).status == status


@pytest.mark.parametrize("text", ["yesterday", "Mon, 99 Foo 2025", "0"])
def test_a_date_that_is_none_is_ignored(text: str) -> None:
    assert _select(if_modified_since=text).status == HTTPStatus.OK
    assert _select(if_unmodified_since=text).status == HTTPStatus.OK
