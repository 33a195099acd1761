"""A forum that is not installed is told: an error where all must run, else a sentence on what to do."""

import pytest

from tests.forums import running_misago as forum


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_forum_that_is_not_installed_says_how_to_install_it(tmp_path, monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(forum, "PYTHON", tmp_path / "python")
    with pytest.raises(outcome, match="scripts/setup-forum"), forum.running_misago(tmp_path):
        pass


def test_a_missing_postgresql_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(forum, "PYTHON", tmp_path)
    monkeypatch.delenv("MEDIADL_TEST_POSTGRES_URL", raising=False)
    with pytest.raises(pytest.fail.Exception, match="scripts/with-services"), forum.running_misago(tmp_path):
        pass
