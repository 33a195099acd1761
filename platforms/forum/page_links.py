"""The numbers of a thread's pages, and the address of each, read from the links between them.

Programs and their search-friendly add-ons spell pages in many ways (``page-3``, ``start=20``,
``-t190-20.html``); the links on the page show how this one does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from platforms.forum.sessions import clean_url
from platforms.page_media import resolve

MAX_PAGES = 100_000
_DIGITS = re.compile(r"(\d+)")
_OF = re.compile(r"(\d{1,6})\s*(?:/|of|von|sur|de|di|van|out of|av|af|od|z|из|از)\s*(\d{1,6})", re.IGNORECASE)
_CURRENT = (
    ".pageNav-page--current", ".ipsPagination_active", ".js-pagenav-current-button", "[aria-current]", ".active",
    ".current", ".currentPage", ".selected", "strong", "b",
)  # fmt: skip
_COUNTS = ("data-last", "data-pages", "data-page-count", "data-total-pages")
_NEXT = ('a[rel="next"]', ".next a", "a.next", "a.pageNav-jump--next", "a.right-arrow")
CONTAINERS = (
    ".pageNav-main", ".PageNav", ".pageNav", ".pagination", ".pagenav", ".js-pagenav", ".ipsPagination", ".pagelinks",
    ".paginator", ".pager", '[class*="pagination"]', '[class*="page-nav"]', 'nav[aria-label*="age"]',
)  # fmt: skip
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Spelling:
    """``before + str(step * page + offset) + after`` is a page's address."""

    before: str
    after: str
    step: int
    offset: int

    def url_of(self, number: int) -> str:
        return f"{self.before}{self.step * number + self.offset}{self.after}"

    def number_of(self, url: str) -> int:
        value = url.removeprefix(self.before).removesuffix(self.after)
        if f"{self.before}{value}{self.after}" != url or not _is_number(value):
            return 0
        number, rest = divmod(int(value) - self.offset, self.step)
        return 0 if rest else number


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Which page this is, how many there are, and where they are."""

    number: int
    last: int
    known: Mapping[int, str]
    spelling: _Spelling | None
    next_url: str

    def url_of(self, number: int) -> str:
        """The address of page ``number``; empty where the links do not tell."""
        return self.known.get(number) or (self.spelling.url_of(number) if self.spelling else "")


def page_links(root: LexborNode, base_url: str, containers: Sequence[str] = CONTAINERS) -> PageLinks:
    """Read the links between the pages of a thread."""
    boxes = next((nodes for one in containers if (nodes := root.css(one))), [])
    known: dict[int, str] = {}
    others: list[str] = []
    for box in boxes:
        for number, url in _numbered(box, base_url):
            if number:
                known.setdefault(number, url)
            else:
                others.append(url)
    spelling = _spelling(known)
    number = next((found for box in boxes if (found := _current(box))), 0)
    counts = [count for box in boxes for count in _counts(box)]
    if spelling is not None:
        counts += [spelling.number_of(url) for url in others]
    last = min(max([number, 1, *known, *counts]), MAX_PAGES)
    return PageLinks(number, last, known, spelling, _next_url(root, base_url))


def _numbered(box: LexborNode, base_url: str) -> Iterator[tuple[int, str]]:
    for link in box.css("a[href]"):
        url = clean_url(resolve(base_url, link.attributes.get("href") or ""))
        if not url:
            continue
        text = "".join(link.text().split())
        text = text if text.isdecimal() else (link.attributes.get("data-page") or "") if not text else ""
        number = int(text) if text.isdecimal() and len(text) <= 6 else 0
        yield (number if number <= MAX_PAGES else 0), url


def _current(box: LexborNode) -> int:
    for selector in _CURRENT:
        for node in box.css(selector):
            text = "".join(node.text().split())
            if text.isdecimal() and len(text) <= 6:
                return int(text)
    page = box.attributes.get("data-page") or ""
    if _is_number(page):
        return int(page)
    found = _OF.search(box.text(separator=" "))
    return int(found[1]) if found else 0


def _counts(box: LexborNode) -> Iterator[int]:
    for name in _COUNTS:
        value = box.attributes.get(name) or ""
        if _is_number(value):
            yield int(value)
    for node in box.css(".pagetotal, input[max]"):
        value = node.attributes.get("max") or "".join(node.text().split())
        if _is_number(value):
            yield int(value)
    if (found := _OF.search(box.text(separator=" "))) and int(found[1]) <= int(found[2]):
        yield int(found[2])


def _spelling(known: Mapping[int, str]) -> _Spelling | None:
    """How addresses follow from numbers: two links that differ in one number only show it."""
    numbers = sorted(known, reverse=True)
    for index, high in enumerate(numbers):
        for low in numbers[index + 1 :]:
            if found := _from_pair(low, known[low], high, known[high]):
                return found
    return None


def _from_pair(low: int, low_url: str, high: int, high_url: str) -> _Spelling | None:
    ours, theirs = _DIGITS.split(low_url), _DIGITS.split(high_url)
    differing = [index for index, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]]
    if len(ours) != len(theirs) or len(differing) != 1 or differing[0] % 2 == 0:
        return None
    at = differing[0]
    step, rest = divmod(int(theirs[at]) - int(ours[at]), high - low)
    if rest or step <= 0:
        return None
    return _Spelling("".join(ours[:at]), "".join(ours[at + 1 :]), step, int(ours[at]) - step * low)


def _next_url(root: LexborNode, base_url: str) -> str:
    for selector in ('link[rel="next"]', *_NEXT):
        node = root.css_first(selector)
        if node is not None and (url := clean_url(resolve(base_url, node.attributes.get("href") or ""))):
            return url
    return ""


def _is_number(text: str) -> bool:
    """Digits that Python reads: a page can have superscripts, or thousands of them."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS
