"""Which downloaders may serve a request: switches, order, fallback."""

import pytest

from mediadl.api.errors import PlatformDisabledError
from mediadl.configuration import services as settings_services
from platforms import registry
from platforms.contract import DownloaderInfo, PlatformInfo
from platforms.errors import UnknownDownloaderError, UnknownPlatformError

pytestmark = pytest.mark.django_db


def names(platform: str, named: str = "") -> list[str]:
    return [one.name for one in registry.downloaders_for(platform, named)]


def switch(path: str, *, on: bool) -> None:
    *parents, leaf = path.split(".")
    patch: dict = {leaf: on}
    for parent in reversed(parents):
        patch = {parent: patch}
    settings_services.change(patch, user=None)


def test_web_tries_its_downloaders_in_their_order():
    assert names("web") == ["direct", "gallery-dl", "yt-dlp", "page"]


def test_a_named_downloader_stands_alone():
    assert names("web", "page") == ["page"]


def test_a_disabled_downloader_is_left_out_and_refused_by_name():
    switch("platforms.web.gallery-dl.enabled", on=False)
    assert names("web") == ["direct", "yt-dlp", "page"]
    with pytest.raises(PlatformDisabledError, match="gallery-dl"):
        names("web", "gallery-dl")


def test_a_disabled_platform_is_refused():
    switch("platforms.web.enabled", on=False)
    with pytest.raises(PlatformDisabledError, match="Web is disabled"):
        names("web")
    with pytest.raises(PlatformDisabledError):
        names("web", "page")


def test_all_downloaders_disabled_is_refused():
    for name in names("web"):
        switch(f"platforms.web.{name}.enabled", on=False)
    with pytest.raises(PlatformDisabledError, match="All downloaders of Web"):
        names("web")


def test_names_that_do_not_exist_say_which_do():
    with pytest.raises(UnknownPlatformError, match="instagram") as caught:
        registry.get("myspace")
    assert caught.value.status == 422
    assert "platform" in caught.value.field_errors
    with pytest.raises(UnknownDownloaderError, match="gallery-dl") as caught:
        names("web", "wget")
    assert "downloader" in caught.value.field_errors


def test_where_none_is_configured_the_first_one_says_so():
    assert names("tiktok") == ["yt-dlp"]
    assert names("instagram") == ["fastdl"]


class _Nothing:
    def list_media(self, context):
        return iter(())


@pytest.fixture
def two_downloaders(monkeypatch):
    """A platform of two downloaders that is no chain, in Instagram's place."""
    real = registry.get("instagram")
    platform = PlatformInfo(
        name="instagram",
        display_name="Instagram",
        content_types=real.content_types,
        features=(),
        downloaders=(
            DownloaderInfo("fastdl", "FastDL", _Nothing()),
            DownloaderInfo("toolzu", "Toolzu", _Nothing()),
        ),
        claims=real.claims,
        clean_source=real.clean_source,
    )
    monkeypatch.setitem(registry._registered, "instagram", platform)


@pytest.mark.usefixtures("two_downloaders")
def test_without_fallback_only_the_first_enabled_one_is_used():
    assert names("instagram") == ["fastdl"]
    switch("platforms.instagram.fastdl.enabled", on=False)
    assert names("instagram") == ["toolzu"]


@pytest.mark.usefixtures("two_downloaders")
def test_with_fallback_the_next_ones_follow_but_never_a_named_one():
    switch("platforms.instagram.fallback", on=True)
    assert names("instagram") == ["fastdl", "toolzu"]
    assert names("instagram", "toolzu") == ["toolzu"]


def test_a_second_platform_of_the_same_name_is_a_mistake():
    web = registry.get("web")
    registry.register(web)  # the same one again changes nothing
    with pytest.raises(ValueError, match="web"):
        registry.register(PlatformInfo("web", "Web", (), (), (), web.claims, web.clean_source))
