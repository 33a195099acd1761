"""``MEDIADL_TEST_HOST_MAP``: stand-ins for sites, in tests and nowhere else."""

import pytest

from mediadl.environment import EnvironmentProblem, read_environment

TEST = {"MEDIADL_ENV": "test"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        ("A.example=127.0.0.1:80", (("a.example", "127.0.0.1:80"),)),
        ("a.example=127.0.0.1:80, b.example = [::1]:81,", (("a.example", "127.0.0.1:80"), ("b.example", "[::1]:81"))),
        ('{"a.example:443": "127.0.0.1:8443"}', (("a.example:443", "127.0.0.1:8443"),)),
    ],
)
def test_pairs_and_json_are_read(text, pairs):
    assert read_environment({**TEST, "MEDIADL_TEST_HOST_MAP": text}).test_host_map == pairs


@pytest.mark.parametrize(
    "text",
    ["a.example", "a.example=127.0.0.1", "a=:80", "=127.0.0.1:80", "a=h:0", "a=h:x", "{", '{"a": 1}', '{"a": "h"}'],
)
def test_anything_else_is_one_line_with_an_example(text):
    with pytest.raises(EnvironmentProblem, match=r"MEDIADL_TEST_HOST_MAP.*127\.0\.0\.1:8000"):
        read_environment({**TEST, "MEDIADL_TEST_HOST_MAP": text})


@pytest.mark.parametrize("environment", ["", "production", "TEST"])
def test_outside_tests_it_is_refused(environment):
    variables = {"MEDIADL_ENV": environment, "MEDIADL_TEST_HOST_MAP": "a.example=127.0.0.1:80"}
    with pytest.raises(EnvironmentProblem, match="only allowed with MEDIADL_ENV=test"):
        read_environment(variables)
