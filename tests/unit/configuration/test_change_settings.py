"""Settings: typed, all or nothing, counted, secret where they must be, effective at once."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.accounts.models import AuditEntry
from mediadl.api.errors import InvalidFieldsError
from mediadl.configuration import registry, selectors
from mediadl.configuration.models import StoredSetting
from mediadl.configuration.registry import Kind, Leaf
from mediadl.configuration.selectors import forget_cached_values, tree, value
from mediadl.configuration.services import change

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree_with_a_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "_leaves", dict(registry._leaves))
    registry.register(
        Leaf("example.site.key", Kind.SECRET, "", "Key"),
        Leaf("example.site.ratio", Kind.NUMBER, 1.5, "Ratio", low=0, high=2),
        Leaf("example.site.mode", Kind.CHOICE, "hd", "Mode", choices=("hd", "sd")),
        Leaf("example.site.words", Kind.TEXT_LIST, list, "Words"),
    )
    forget_cached_values()
    yield
    forget_cached_values()


def test_defaults_are_those_of_the_specification():
    general = tree()["general"]

    assert general["concurrent_downloads"] == 4
    assert general["retry_attempts"] == 3
    assert general["default_priority"] == 5
    assert general["storage_limit_gb"] == 0
    assert general["download_directory"] == str(settings.DATA_DIR / "downloads")
    assert {"enabled": False, "smtp_host": "", "smtp_port": 587}.items() <= tree()["notifications"]["email"].items()


def test_counts_only_leaves_whose_value_changed():
    patch = {"general": {"concurrent_downloads": 6, "retry_attempts": 3}, "example": {"site": {"mode": "sd"}}}

    assert change(patch, user=None) == 2
    assert change(patch, user=None) == 0
    assert value("general.concurrent_downloads") == 6


def test_a_value_set_back_to_its_default_leaves_no_row():
    change({"general": {"concurrent_downloads": 6}}, user=None)
    change({"general": {"concurrent_downloads": 4}}, user=None)

    assert not StoredSetting.objects.filter(pk="general.concurrent_downloads").exists()
    assert value("general.concurrent_downloads") == 4


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"general": {"concurrent_downloads": 0}}, "general.concurrent_downloads"),
        ({"general": {"concurrent_downloads": 33}}, "general.concurrent_downloads"),
        ({"general": {"concurrent_downloads": "6"}}, "general.concurrent_downloads"),
        ({"general": {"concurrent_downloads": True}}, "general.concurrent_downloads"),
        ({"general": {"concurrent_downloads": 6.0}}, "general.concurrent_downloads"),
        ({"general": {"unknown": 1}}, "general.unknown"),
        ({"general": 5}, "general"),
        ({"general.concurrent_downloads": 6}, "general.concurrent_downloads"),
        ({"nothing": {}}, "nothing"),
        ({"example": {"site": {"ratio": float("nan")}}}, "example.site.ratio"),
        ({"example": {"site": {"mode": "4k"}}}, "example.site.mode"),
        ({"example": {"site": {"words": ["a", 1]}}}, "example.site.words"),
        ({"example": {"site": {"key": "line\nbreak"}}}, "example.site.key"),
        ({"notifications": {"browser": {"enabled": 1}}}, "notifications.browser.enabled"),
        ({"general": {"download_directory": "relative"}}, "general.download_directory"),
        ({"general": {"download_directory": "/etc"}}, "general.download_directory"),
    ],
)
def test_one_bad_value_refuses_the_whole_patch_by_its_dotted_path(patch: dict, path: str):
    good_one = {
        "general": {**(patch.get("general") if isinstance(patch.get("general"), dict) else {}), "retry_attempts": 7}
    }
    whole = patch if patch.get("general") == 5 else {**patch, **good_one}

    with pytest.raises(InvalidFieldsError) as refused:
        change(whole, user=None)

    assert path in refused.value.field_errors
    assert value("general.retry_attempts") == 3


def test_a_secret_is_encrypted_masked_and_kept_by_its_mask():
    assert tree()["example"]["site"]["key"] == ""

    assert change({"example": {"site": {"key": "hunter2"}}}, user=None) == 1

    assert "hunter2" not in str(StoredSetting.objects.get(pk="example.site.key").value)
    assert tree()["example"]["site"]["key"] == "***"
    assert change({"example": {"site": {"key": "***"}}}, user=None) == 0
    assert value("example.site.key") == "hunter2"
    assert "hunter2" not in str(AuditEntry.objects.get(action="settings.change").detail)


def test_a_secret_of_another_key_reads_as_unset_rather_than_failing(settings):
    change({"example": {"site": {"key": "hunter2"}}}, user=None)
    settings.SETTINGS_ENCRYPTION_KEY = "another installation's key"

    assert value("example.site.key") == ""


def test_the_download_directory_is_made_and_must_lie_in_a_media_root(tmp_path: Path):
    inside = settings.DATA_DIR / "elsewhere"

    assert change({"general": {"download_directory": str(inside)}}, user=None) == 1
    assert inside.is_dir()
    with pytest.raises(InvalidFieldsError):
        change({"general": {"download_directory": str(tmp_path / "outside")}}, user=None)
    link = settings.DATA_DIR / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(InvalidFieldsError):
        change({"general": {"download_directory": str(link / "outside")}}, user=None)


def test_another_process_notices_a_change_by_the_version(monkeypatch: pytest.MonkeyPatch):
    assert value("general.concurrent_downloads") == 4
    cached = dict(vars(selectors._cache))
    change({"general": {"concurrent_downloads": 9}}, user=None)
    for name, old in cached.items():  # as if this process had seen nothing of the change
        setattr(selectors._cache, name, old)

    assert value("general.concurrent_downloads") == 4
    selectors._cache.checked_at = float("-inf")
    assert value("general.concurrent_downloads") == 9


def test_a_path_cannot_be_registered_twice_nor_be_leaf_and_branch():
    with pytest.raises(ValueError, match="twice"):
        registry.register(Leaf("general.retry_attempts", Kind.INTEGER, 1, "Again"))
    with pytest.raises(ValueError, match="cannot both"):
        registry.register(Leaf("general.retry_attempts.more", Kind.INTEGER, 1, "Below"))


def test_the_default_download_directory_can_be_set_again_wherever_the_roots_are(tmp_path: Path, monkeypatch):
    roots = (tmp_path / "disk", tmp_path / "away")
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, media_roots=roots))
    roots[0].mkdir()
    change({"general": {"download_directory": tree()["general"]["download_directory"]}}, user=None)
    assert change({"general": {"download_directory": str(roots[0] / "new")}}, user=None) == 1
    with pytest.raises(InvalidFieldsError) as refused:
        change({"general": {"download_directory": str(roots[1] / "new")}}, user=None)
    assert "disk mounted" in refused.value.field_errors["general.download_directory"][0]
    assert not roots[1].exists()
