"""The form of the settings tree, and the patch that it sends."""

import pytest

from mediadl.configuration.registry import Kind, leaves
from mediadl.configuration.selectors import value
from mediadl.configuration.services import change
from mediadl.ui.presenters.settings_form import patch_of, sections
from tests.unit.ui.rows import browser_as

pytestmark = pytest.mark.django_db


def test_every_leaf_has_its_place_in_the_form():
    shown = [field.path for section in sections() for field in section.fields]
    shown += [section.switch.path for section in sections() if section.switch]
    assert sorted(shown) == sorted(leaf.path for leaf in leaves())


def test_a_secret_is_never_put_into_the_page():
    secret = next(leaf for leaf in leaves() if leaf.kind is Kind.SECRET)
    change(_nested(secret.path, "hunter-two"), user=None)
    assert b"hunter-two" not in browser_as().get("/settings").content
    field = next(field for section in sections() for field in section.fields if field.path == secret.path)
    assert (field.value, field.is_set) == ("", True)


def _nested(path: str, leaf_value: object) -> dict:
    for part in reversed(path.split(".")):
        leaf_value = {part: leaf_value}
    return leaf_value


def test_an_empty_secret_and_a_switch_that_was_not_shown_stay_as_they_are():
    secret = next(leaf for leaf in leaves() if leaf.kind is Kind.SECRET)
    assert patch_of({secret.path: ""}) == {}
    assert patch_of({"platforms.web.enabled.shown": "1"}) == {"platforms": {"web": {"enabled": False}}}
    assert patch_of({}) == {}


@pytest.mark.parametrize("path", [leaf.path for leaf in leaves() if leaf.kind is Kind.SECRET])
def test_a_secret_that_is_set_can_be_cleared(path):
    browser = browser_as()
    box = f'name="{path}.clear"'
    assert box not in browser.get("/settings").content.decode()
    change(_nested(path, "json://hunter.example/two"), user=None)
    assert box in browser.get("/settings").content.decode()
    browser.post("/settings", {path: ""})
    assert value(path)
    browser.post("/settings", {path: "", f"{path}.clear": "on"})
    assert value(path) == ""
    assert box not in browser.get("/settings").content.decode()


def test_a_secret_stays_marked_to_be_cleared_beside_a_mistake_and_what_is_typed_replaces_it():
    secret = next(leaf for leaf in leaves() if leaf.kind is Kind.SECRET)
    change(_nested(secret.path, "hunter-two"), user=None)
    cleared = {secret.path: "", f"{secret.path}.clear": "on"}
    answer = browser_as().post("/settings", {**cleared, "general.retry_attempts": "99"})
    assert _field(answer, secret.path).is_cleared
    assert value(secret.path) == "hunter-two"
    browser_as().post("/settings", {**cleared, secret.path: "hunter-three"})
    assert value(secret.path) == "hunter-three"


def test_sending_the_form_changes_the_settings():
    answer = browser_as().post("/settings", {"general.retry_attempts": "7"})
    assert answer.status_code == 302
    assert value("general.retry_attempts") == 7


@pytest.mark.parametrize("text", ["25", "many", "-1", ""])
def test_a_wrong_value_is_shown_again_with_its_reason_and_nothing_is_saved(text):
    posted = {"general.retry_attempts": text, "general.default_priority": "3"}
    answer = browser_as().post("/settings", posted)
    assert answer.status_code == 422
    assert b"Nothing was saved" in answer.content
    assert value("general.default_priority") == 5
    field = _field(answer, "general.retry_attempts")
    assert field.error
    assert field.value == text


def _field(answer, path):
    return next(field for section in answer.context["sections"] for field in section.fields if field.path == path)


def test_events_are_chosen_by_their_words_and_none_can_be():
    path = "notifications.email.events"
    page = browser_as().get("/settings").content.decode()
    assert f'name="{path}" value="failure" checked' in page
    assert "Downloads that failed" in page
    assert f'name="{path}" value="success" checked' not in page
    assert browser_as().post("/settings", {path: ["", "disk", "success"]}).status_code == 302
    assert sorted(value(path)) == ["disk", "success"]
    browser_as().post("/settings", {path: ""})
    assert value(path) == []


def test_what_was_chosen_stays_chosen_beside_a_mistake():
    path = "notifications.webhooks.events"
    answer = browser_as().post("/settings", {path: ["", "disk"], "general.retry_attempts": "99"})
    assert answer.status_code == 422
    assert [one.value for one in _field(answer, path).options if one.chosen] == ["disk"]


def test_a_choice_is_shown_in_words_and_sent_as_its_value():
    field = next(
        field for section in sections() for field in section.fields if field.path == "general.storage_limit_action"
    )
    assert [(one.value, one.words, one.chosen) for one in field.options] == [
        ("stop", "Stop downloading", True),
        ("remove_oldest", "Remove the oldest", False),
    ]
