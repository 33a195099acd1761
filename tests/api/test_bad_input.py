"""What nobody should send: each gets its 4xx with the right code, and changes nothing."""

import json

import pytest

from mediadl.accounts.models import Role
from queue_app.models import QueueItem
from tests.api.clients import ApiClient, client_as, error_code
from tests.api.routes import routes, sample

pytestmark = pytest.mark.django_db
URL = b'"url": "https://example.com/a.jpg"'


def _post(data: bytes, content_type: str = "application/json"):
    return client_as(Role.USER).raw("POST", "/queue", data, content_type)


def _nested(levels: int) -> bytes:
    return b'{"url": "https://example.com/a.jpg", "metadata": ' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


def _body(**changes: object) -> bytes:
    return json.dumps({"url": "https://example.com/a.jpg", **changes}).encode()


NOT_JSON = {
    "not JSON": b"url=x",
    "a cut object": b'{"url": "x"',
    "trailing comma": b'{"url": "x",}',
    "single quotes": b"{'url': 'x'}",
    "two values": b"{} {}",
    "a comment": b'{"url": "x"} // a',
    "only spaces": b"   ",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"url": "x"}'.encode("utf-16"),
    "Latin-1": b'{"url": "\xe9"}',
    "overlong UTF-8": b'{"url": "\xc0\xaf"}',
    "a raw control character": b'{"url": "a\x01b"}',
    "a raw NUL": b'{"url": "a\x00b"}',
    "33 levels": _nested(32),
    "many levels": _nested(1000),
    "100,000 open brackets": b"[" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
    "a bad escape": b'{"url": "\\x41"}',
    "nothing but NaN": b"NaN",
    "NaN": b"{" + URL + b', "priority": NaN}',
    "Infinity": b"{" + URL + b', "priority": Infinity}',
    "minus Infinity": b"{" + URL + b', "metadata": {"a": -Infinity}}',
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_or_too_deep_is_400(data):
    answer = _post(data)
    assert answer.status_code == 400, answer.content
    assert error_code(answer) == "INVALID_JSON"
    assert QueueItem.objects.count() == 0


WRONG_VALUES = {
    "a NUL escape": b'{"url": "https://example.com/\\u0000"}',
    "a lone high surrogate": b'{"url": "https://example.com/\\ud800"}',
    "a lone low surrogate": b'{"url": "https://example.com/\\udc00x"}',
    "a lone surrogate in a name": b"{" + URL + b', "metadata": {"\\ud800": 1}}',
    "a NUL deep inside": b"{" + URL + b', "metadata": {"a": [{"b": "\\u0000"}]}}',
    "a real too large": b"{" + URL + b', "metadata": {"a": 1e999}}',
    "an integer of 64 bits": b"{" + URL + b', "metadata": {"a": 9223372036854775808}}',
    "an integer of 5000 digits": b"{" + URL + b', "priority": ' + b"9" * 5000 + b"}",
    "a name twice": b"{" + URL + b"," + URL + b"}",
    "a name twice, deep inside": b"{" + URL + b', "metadata": {"a": {"b": 1, "b": 2}}}',
    "a list": b"[]",
    "a text": b'"https://example.com"',
    "null": b"null",
    "a number": b"5",
    "an empty object": b"{}",
    "an unknown field": _body(colour="red"),
    "a read-only field": _body(id=5),
    "another read-only field": _body(status="completed"),
    "a priority as text": _body(priority="5"),
    "a priority as a real": _body(priority=5.5),
    "a priority as a boolean": _body(priority=True),
    "a priority as a list": _body(priority=[5]),
    "priority 0": _body(priority=0),
    "priority 11": _body(priority=11),
    "priority -1": _body(priority=-1),
    "max_downloads 0": _body(max_downloads=0),
    "max_downloads 10001": _body(max_downloads=10_001),
    "days_back 0": _body(days_back=0),
    "days_back 3651": _body(days_back=3651),
    "metadata as text": _body(metadata="x"),
    "metadata as a list": _body(metadata=[]),
    "metadata too large": _body(metadata={"a": "x" * 17_000}),
    "a URL as a number": b'{"url": 5}',
    "a URL as a list": b'{"url": ["https://example.com"]}',
    "no URL": b'{"url": ""}',
    "not a URL": b'{"url": "hello"}',
    "ftp": b'{"url": "ftp://example.com/a"}',
    "file": b'{"url": "file:///etc/passwd"}',
    "javascript": b'{"url": "javascript:alert(1)"}',
    "user info": b'{"url": "https://user:pw@example.com/"}',
    "a backslash": b'{"url": "https://example.com\\\\@evil.test/"}',
    "a line break": b'{"url": "https://example.com/\\r\\nHost: x"}',
    "a URL too long": b'{"url": "https://example.com/' + b"a" * 10_000 + b'"}',
    "a private address": b'{"url": "http://10.0.0.1/"}',
    "the metadata service": b'{"url": "http://169.254.169.254/latest"}',
    "an address in decimal": b'{"url": "http://167772161/"}',
    "an address in hex": b'{"url": "http://0x0a000001/"}',
    "an IPv4-mapped address": b'{"url": "http://[::ffff:10.0.0.1]/"}',
    "an unknown platform": _body(platform="myspace"),
    "an unknown downloader": _body(metadata={"downloader": "wget"}),
    "a downloader as a number in the metadata": _body(metadata={"downloader": 5}),
    "two downloaders": _body(downloader="direct", metadata={"downloader": "page"}),
    "an unknown content type": _body(content_type="songs"),
    "a referer that is no URL": _body(referer="x"),
    "a private referer": _body(referer="http://192.168.0.1/"),
    "a source with 121 characters": _body(source="x" * 121),
    "a source with a separator": _body(source="../../etc"),
}


@pytest.mark.parametrize("data", WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_wrong_types_ranges_fields_and_characters_are_422(data):
    answer = _post(data)
    assert answer.status_code == 422, answer.content
    assert error_code(answer) == "VALIDATION_ERROR"
    assert answer.json()["errors"]
    assert all(isinstance(messages, list) for messages in answer.json()["errors"].values())
    assert QueueItem.objects.count() == 0


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_other_media_types_are_415(content_type):
    answer = _post(_body(), content_type)
    assert answer.status_code == 415
    assert error_code(answer) == "UNSUPPORTED_MEDIA_TYPE"


def test_json_with_a_charset_and_in_any_case_is_json():
    assert _post(_body(), "Application/JSON; charset=utf-8").status_code == 201


def test_more_than_one_mebibyte_is_413():
    answer = _post(_body(metadata={"a": "x" * 1024 * 1024}))
    assert answer.status_code == 413
    assert error_code(answer) == "PAYLOAD_TOO_LARGE"


def test_thirty_two_levels_are_fine():
    assert _post(_nested(31)).status_code == 201


def test_five_point_zero_is_a_whole_number_in_json():
    assert _post(_body(priority=5.0)).status_code == 201


def test_brackets_inside_text_are_not_levels():
    assert _post(_body(metadata={"a": "[{" * 500 + '"'})).status_code == 201


QUERIES = {
    "an unknown parameter": "/queue?colour=red",
    "page 0": "/queue?page=0",
    "page -1": "/queue?page=-1",
    "page as text": "/queue?page=one",
    "page as a real": "/queue?page=1.0",
    "page empty": "/queue?page=",
    "page in other digits": "/queue?page=%D9%A3",
    "page with a space": "/queue?page=+1",
    "a huge page": "/queue?page=99999999999999999999",
    "per_page 0": "/queue?per_page=0",
    "per_page 201": "/queue?per_page=201",
    "a parameter twice": "/queue?page=1&page=2",
    "an unknown status": "/queue?status=sleeping",
    "an unknown sort": "/queue?sort=colour",
    "a NUL": "/queue?platform=a%00b",
    "a date that is none": "/downloads?date_from=yesterday",
    "a day that does not exist": "/downloads?date_from=2025-02-30",
    "a date with a time": "/downloads?date_to=2025-01-01T00:00:00Z",
    "days the wrong way round": "/downloads?date_from=2025-02-02&date_to=2025-02-01",
    "an unknown media type": "/downloads?media_type=song",
    "a boolean that is none": "/downloads?kept=maybe",
    "a search too long": "/downloads?search=" + "x" * 501,
    "an unknown period": "/downloads/stats?period=decade",
    "an unknown group": "/downloads/stats?group_by=colour",
    "a parameter where none is": "/auth/me?verbose=1",
    "a parameter of another list": "/queue?source=x",
    "invalid UTF-8": "/queue?%ff=1",
}


@pytest.mark.parametrize("path", QUERIES.values(), ids=QUERIES.keys())
def test_bad_parameters_are_422_and_named(path):
    answer = client_as(Role.VIEWER).get(path)
    assert answer.status_code == 422, answer.content
    assert error_code(answer) == "VALIDATION_ERROR"
    assert answer.json()["errors"]


@pytest.mark.parametrize("route", [f"{method} {path}" for method, path in routes() if path != "docs"])
def test_every_route_names_a_parameter_that_it_does_not_know(route):
    method, path = route.split(" ", 1)
    answer = client_as(Role.ADMIN).call(method, f"{sample(path)}?colour=red", None if method == "GET" else {})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]["colour"] == ["Unknown parameter."]


PATHS = {
    "an unknown path": "/nothing",
    "a trailing slash": "/queue/",
    "an id of zero": "/queue/0",
    "an id with a leading zero": "/queue/01",
    "a negative id": "/queue/-1",
    "an id beyond 64 bits": "/queue/99999999999999999999",
    "an id just beyond 63 bits": "/queue/9223372036854775808",
    "an id as text": "/queue/abc",
    "an id in other digits": "/queue/%D9%A3",
    "a real id": "/queue/1.0",
    "an id that is not there": "/queue/9223372036854775807",
    "a NUL": "/queue/1%00",
    "dot segments": "/queue/../../etc/passwd",
    "escaped separators": "/downloads/1%2Ffile",
    "a download that is not there": "/downloads/999999",
    "a file that is not there": "/downloads/999999/file",
    "a thumbnail that is not there": "/downloads/999999/thumbnail",
    "another version": "/../v2/queue",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_paths_that_are_not_there_are_404_in_the_error_format(path):
    answer = client_as(Role.ADMIN).get(path)
    assert answer.status_code == 404, answer.content
    assert error_code(answer) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/queue", {"GET", "POST", "HEAD"}),
        ("DELETE", "/queue", {"GET", "POST", "HEAD"}),
        ("GET", "/queue/clear", {"POST"}),
        ("OPTIONS", "/queue", {"GET", "POST", "HEAD"}),
        ("TRACE", "/auth/me", {"GET", "HEAD"}),
        ("BREW", "/auth/me", {"GET", "HEAD"}),
        ("POST", "/docs", {"GET", "HEAD"}),
    ],
)
@pytest.mark.parametrize("role", ["anonymous", Role.ADMIN])
def test_a_wrong_method_is_405_with_allow(role, method, path, allowed):
    answer = client_as(role).call(method, path)
    assert answer.status_code == 405
    assert error_code(answer) == "METHOD_NOT_ALLOWED"
    assert {name.strip() for name in answer["Allow"].split(",")} == allowed


@pytest.mark.parametrize("header", ["Basic YWRhOnB3", "Digest x", "Token x", "mdl_x"])
def test_another_scheme_is_not_a_sign_in(header):
    assert error_code(ApiClient({"Authorization": header}).get("/auth/me")) == "NOT_AUTHENTICATED"


def test_a_body_where_none_belongs_is_refused():
    assert client_as().post("/auth/logout", {"everywhere": True}).status_code == 422


def test_a_wrong_accept_header_still_gets_json():
    answer = client_as().get("/auth/me", Accept="text/html")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_a_method_override_header_changes_nothing():
    answer = client_as(Role.USER).call("POST", "/queue", {}, X_HTTP_Method_Override="DELETE")
    assert answer.status_code == 422
