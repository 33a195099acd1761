"""Numbers of pages that no honest forum has."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from platforms.forum.page_links import page_links

HOSTILE = ("9" * 5000, "²", "٣" * 5000)


@pytest.mark.parametrize("number", HOSTILE)
def test_a_hostile_number_of_pages_is_no_crash(number):
    page = f"""<html><body><div class="pagination" data-page="{number}" data-last="{number}">
        <a href="/t/1?page=2">2</a><a href="/t/1?page=3">3</a><a href="/t/1?page={number}">last</a>
        <span class="pagetotal">{number}</span><input max="{number}"></div></body></html>"""
    root = LexborHTMLParser(page).root
    found = page_links(root, "https://forum.test/t/1", ("div.pagination",))
    assert found.last <= 100_000
