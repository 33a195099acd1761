"""Saved pages of real forums, labelled by hand (only where they are at hand): precision and recall of 1."""

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from mediadl.net.client import HttpClient
from mediadl.net.urls import normalise_url
from platforms.forum.engines.known import open_thread
from platforms.forum.thread_page import Document
from platforms.page_media import base_of
from tests.fakes.forum_recorded import INPUTS

FOLDER = INPUTS / "html" if INPUTS else None
LABELS = json.loads((FOLDER / "LABELS.json").read_text("utf-8")) if FOLDER else {}
PAGE_URLS = {"discourse_topic_api.json": "https://forum.example/t/sandbox/57.json"}
PROGRAMS = {
    "discourse_topic_api.json": "Discourse",
    "ips4_attachment_shape.html": "Invision 4",
    "phpbb_zoneconcours.html": "phpBB 3",
    "vb3_askdin_p3.html": "vBulletin 4",
    "xf1_oneplus_p1.html": "XenForo 1",
    "xf2_katzenforum_nomedia.html": "XenForo 2",
}


def opened(name: str):
    """The page's program and thread."""
    url = LABELS[name].get("page_url") or PAGE_URLS.get(name, "https://forum.example/threads/a-title.1/")
    content = (FOLDER / name).read_bytes()
    if name.endswith(".json"):
        document = Document(url, url, None, json.loads(content))
    else:
        root = LexborHTMLParser(content.decode("utf-8", "replace")).root
        document = Document(url, base_of(root, url), root)
    return open_thread(document, HttpClient())


@pytest.mark.parametrize("name", LABELS)
def test_exactly_the_content_is_found(name):
    labels = LABELS[name]
    engine, thread = opened(name)
    found = {medium.urls[0] for post in thread.start.posts for medium in post.media}
    assert found == {normalise_url(url) for url in [*labels["content"], *labels.get("content_video", [])]}
    assert engine.name == PROGRAMS[name]
    assert len(thread.start.posts) == labels.get("posts", 1)
    assert thread.start.last == labels.get("last_page", thread.start.last)


@pytest.mark.parametrize("name", [name for name in LABELS if name.startswith("xf1")])
def test_every_page_has_its_address(name):
    _engine, thread = opened(name)
    assert thread._links.url_of(17) == "https://forums.oneplus.net/threads/marsh-cm13.405700/page-17"
