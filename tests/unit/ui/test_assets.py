"""Assets: versioned, compressed, kept by browsers, and each icon that a template names is in the sprite."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.ui.static_files import asset_url
from tests.unit.ui.rows import browser_as

PROJECT = Path(settings.TEMPLATES_DIR).parent
SPRITE = PROJECT / "static" / "build" / "icons.svg"


def test_an_assets_url_changes_with_its_content():
    assert re.fullmatch(r"/static/css/base\.css\?v=[0-9a-f]{10}", asset_url("css/base.css"))


def test_a_missing_asset_says_how_to_make_it():
    with pytest.raises(FileNotFoundError, match="make setup"):
        asset_url("css/never.css")


def test_our_assets_are_compressed_and_kept_for_good():
    answer = browser_as("anonymous").get(asset_url("css/tokens.css"), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    body = gzip.decompress(b"".join(answer.streaming_content))
    assert body == (PROJECT / "static/css/tokens.css").read_bytes()


def test_an_asset_is_sent_plain_to_who_cannot_unpack_it():
    answer = browser_as("anonymous").get(asset_url("css/tokens.css"))
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_files_of_other_packages_live_shortly():
    answer = browser_as("anonymous").get("/static/admin/css/base.css")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


def test_every_icon_that_is_named_is_in_the_sprite():
    symbols = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    templates = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "templates").rglob("*.html"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "static" / "js").glob("*.js"))
    code = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "mediadl" / "ui").rglob("*.py"))
    named = set(re.findall(r'{% icon "([^"]+)"', templates)) | set(re.findall(r'glyph="([^"]+)"', templates))
    named |= set(re.findall(r'icon\("([^"]+)"', scripts)) | set(re.findall(r'icon="([^"]+)"', code))
    named |= {f"mark-{name}" for name in re.findall(r'{% mark "([^"]+)"', templates)}
    assert named - symbols == set()


def test_the_sprite_holds_no_icon_that_nothing_uses():
    named = set((PROJECT / "static/icons/names.txt").read_text(encoding="utf-8").split())
    places = [*(PROJECT / "templates").rglob("*.html"), *(PROJECT / "static/js").glob("*.js")]
    places += (PROJECT / "mediadl" / "ui").rglob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in places)
    assert {name for name in named if f'"{name}"' not in text} == set()


def test_making_the_assets_again_changes_nothing():
    before = SPRITE.stat().st_mtime_ns
    subprocess.run([sys.executable, "scripts/assets.py"], cwd=PROJECT, check=True)
    assert SPRITE.stat().st_mtime_ns == before


def test_every_script_of_the_pages_is_in_the_import_map():
    from mediadl.ui.pages import MODULES

    scripts = {path.stem for path in (PROJECT / "static" / "js").glob("*.js")} - {"login"}
    assert scripts == set(MODULES)
    imported = set()
    for path in (PROJECT / "static" / "js").glob("*.js"):
        imported |= set(re.findall(r'(?:from |import\()"ui/([a-z_]+)"', path.read_text(encoding="utf-8")))
    assert imported <= set(MODULES)
