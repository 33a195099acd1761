"""Which page of a thread this is, how many there are, and where each of them is."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from platforms.forum.page_links import page_links
from platforms.forum.sessions import clean_url
from platforms.forum.thread_urls import thread_number

BASE = "https://forum.example/threads/x.5/"
SESSION = "sid=0123456789abcdef0123456789abcdef"


def read(markup: str, base: str = BASE):
    return page_links(LexborHTMLParser(f"<body>{markup}</body>").root, base)


CASES = [
    ("XenForo",
     '<ul class="pageNav-main"><li class="pageNav-page pageNav-page--current"><a href="/threads/x.5/">1</a></li>'
     '<li class="pageNav-page"><a href="/threads/x.5/page-2">2</a></li>'
     '<li><a href="/threads/x.5/page-242">242</a></li></ul>',
     1, 242, 100, "/threads/x.5/page-100"),
    ("phpBB with a session in its links",
     f'<div class="pagination"><ul><li><a href="/v.php?t=2&{SESSION}">1</a></li><li class="active"><span>2</span></li>'
     f'<li><a href="/v.php?t=2&{SESSION[:-1]}0&start=20">3</a></li>'
     f'<li><a href="/v.php?t=2&{SESSION}&start=30">4</a></li></ul></div>',
     2, 4, 2, "/v.php?t=2&start=10"),
    ("search-friendly names",
     '<div class="pagination"><strong>1</strong> <a href="/toys-t190-15.html">2</a> <a href="/toys-t190-30.html">3</a>'
     '... <a href="/toys-t190-150.html">11</a></div>',
     1, 11, 5, "/toys-t190-60.html"),
    ("vBulletin 3, whose last page is a word",
     '<div class="pagenav"><td class="vbmenu_control">Page 3 of 242</td><a href="/s.php?t=1&page=2">2</a>'
     "<strong>3</strong>"
     '<a href="/s.php?t=1&page=4">4</a><a href="/s.php?t=1&page=242">Last »</a></div>',
     3, 242, 241, "/s.php?t=1&page=241"),
    ("a last page that only a word leads to",
     '<div class="pagination"><b>1</b><a href="/t/2">2</a><a href="/t/3">3</a><a href="/t/88">Last</a></div>',
     1, 88, 50, "/t/50"),
    ("Invision",
     '<ul class="ipsPagination" data-pages="57"><li class="ipsPagination_active"><a href="/t/?page=3"'
     ' data-page="3">3</a></li><li><a href="/t/?page=4" data-page="4">4</a></li></ul>',
     3, 57, 20, "/t/?page=20"),
    ("vBulletin 5",
     '<div class="js-pagenav"><a class="js-pagenav-current-button" href="/t" data-page="1">1</a><a href="/t/page2"'
     ' data-page="2">2</a><a href="/t/page3" data-page="3">3</a><span class="pagetotal">12</span></div>',
     1, 12, 9, "/t/page9"),
    ("two pages", '<div class="pagination"><strong>1</strong><a href="/t/page-2">2</a></div>', 1, 2, 2, "/t/page-2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "number", "last", "asked", "path"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_pages(markup, number, last, asked, path):
    links = read(markup)
    assert (links.number, links.last) == (number, last)
    assert links.url_of(asked) == f"https://forum.example{path}"


def test_a_page_without_links_is_the_only_one():
    links = read("<p>5 posts</p>")
    assert (links.number, links.last, links.url_of(2)) == (0, 1, "")


def test_numbers_of_absurd_size_are_no_pages():
    assert read('<div class="pagination"><a href="/t/1">99999999</a><a href="/t/2">999999</a></div>').last <= 100_000


def test_a_link_that_says_next():
    assert read('<a rel="next" href="?after=77">More</a>').next_url == f"{BASE}?after=77"


def test_sessions_are_no_part_of_a_link():
    assert clean_url(f"https://e.org/x.php?{SESSION}&t=2") == "https://e.org/x.php?t=2"
    assert clean_url("https://e.org/x.php?s=short&t=2") == "https://e.org/x.php?s=short&t=2"
    assert clean_url("https://e.org/x.php?s=0123456789abcdef0123456789abcdef") == "https://e.org/x.php"


THREADS = [
    ("https://e.org/threads/a-title.405700/page-3", "405700"),
    ("https://e.org/threads/405700/", "405700"),
    ("https://e.org/threads/53-how-to-build", "53"),
    ("https://e.org/thread/123", "123"),
    ("https://e.org/index.php?threads/a-title.55/page-2", "55"),
    ("https://e.org/index.php?/topic/55-a-title/", "55"),
    ("https://e.org/viewtopic.php?f=2&t=55&start=20", "55"),
    ("https://e.org/showthread.php?t=9", "9"),
    ("https://e.org/showthread.php/9-a-title/page2", "9"),
    ("https://e.org/showthread.php?tid=31", "31"),
    ("https://e.org/thread53668-3.html", "53668"),
    ("https://e.org/forum/toys-for-ds-t190.html", "190"),
    ("https://e.org/forum/toys-for-ds-t190-30.html", "190"),
    ("https://e.org/topic/12-a-title-2024/", "12"),
    ("https://e.org/t/a-title-2/99/4", "99"),
    ("https://e.org/index.php?topic=712.20", "712"),
    ("https://e.org/forum/general/123-a-title", ""),
    ("https://e.org/threads/", ""),
    ("https://e.org/shirt-t19.jpg", ""),
]


@pytest.mark.parametrize(("url", "number"), THREADS)
def test_the_number_in_a_threads_address(url, number):
    assert thread_number(url) == number
