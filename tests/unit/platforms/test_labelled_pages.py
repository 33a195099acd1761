"""The shared extraction on saved pages of real forums, labelled by hand (only where they are at hand)."""

import json
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from mediadl.net.urls import normalise_url
from platforms.page_media import base_of, media_in

FOLDER = next(
    (one / "shared/inputs/html" for one in Path(__file__).resolve().parents if (one / "shared/inputs/html").is_dir()),
    None,
)
LABELS = json.loads((FOLDER / "LABELS.json").read_text("utf-8")) if FOLDER else {}
PAGES = [name for name in LABELS if name.endswith(".html")]


@pytest.mark.parametrize("name", PAGES)
def test_exactly_the_content_is_found(name):
    labels = LABELS[name]
    page_url = labels.get("page_url") or "https://forum.example/t/1"
    root = LexborHTMLParser((FOLDER / name).read_bytes().decode("utf-8", "replace")).root
    found = {medium.url for medium in media_in(root, base_of(root, page_url))}
    wanted = [*labels["content"], *labels.get("content_video", [])]
    assert found == {normalise_url(url) for url in wanted}
