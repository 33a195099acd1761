"""vBulletin 3, 4 and 5."""

from selectolax.lexbor import LexborNode

from platforms.forum.engines.html_engine import HtmlEngine, beside
from platforms.furniture import ancestors, names_of

_QUOTES = frozenset({"bbcode_quote", "quote_container", "bbcode_quote_container", "quotearea", "quote"})
_QUOTED_CELL_PARENTS = 4  # the cell stands in a table in a <div> of its own


def is_quote(node: LexborNode) -> bool:
    """A quoted post; a plain ``<blockquote>`` is only an indent here."""
    if any(name in _QUOTES for name in names_of(node)):
        return True
    return node.tag == "td" and "alt2" in names_of(node) and _is_boxed(node)


def _is_boxed(cell: LexborNode) -> bool:
    """Whether version 3's box around a quote (or code) is around this cell."""
    for depth, parent in enumerate(ancestors(cell)):
        if parent.tag == "div" and "margin" in (parent.attributes.get("style") or ""):
            return True
        if depth >= _QUOTED_CELL_PARENTS:
            break
    return False


def _by_script(page_url: str, post_id: str) -> str:
    return beside(page_url, f"showthread.php?p={post_id}")


def _by_node(page_url: str, post_id: str) -> str:
    return f"{page_url.partition('?')[0]}?p={post_id}"


VBULLETIN_5 = HtmlEngine(
    name="vBulletin 5",
    markers=('meta[name=generator][content^="vBulletin 5"]', 'meta[name=generator][content^="vBulletin 6"]',
             ".b-post[data-node-id]", ".js-post[data-node-id]", ".js-post__content-text"),
    posts=".b-post[data-node-id], li.js-post[data-node-id]",
    bodies=(".js-post__content-text", ".b-post__content-text", "[itemprop=text]", ".b-post__content .restore"),
    attachments=(".b-post__attachments", ".b-post-attachments", ".js-post-attachments", '[class*="attachments"]'),
    author=(".b-userinfo [itemprop=name]", ".author [itemprop=name]", ".b-userinfo__details .author", ".author"),
    date=("time[itemprop=dateCreated]", ".b-post__timestamp time", "time", ".b-post__timestamp"),
    titles=("h1.main-title", "h1"),
    is_quote=is_quote,
    permalink=_by_node,
)  # fmt: skip

VBULLETIN_4 = HtmlEngine(
    name="vBulletin 4",
    markers=("#postlist .postcontainer", "li.postcontainer[id^=post_]", "li.postbit[id^=post_]", "li.postbitlegacy"),
    posts="li.postcontainer[id^=post_], li.postbit[id^=post_], li.postbitlegacy[id^=post_]:not([id^=post_thanks])",
    bodies=("[id^=post_message_]", ".postcontent"),
    attachments=(".attachments", "fieldset.postcontent", "fieldset"),
    author=(".username_container .username", ".username", ".userinfo .popupmenu a"),
    date=(".postdate .date", ".postdate", ".posthead .date"),
    titles=(".threadtitle", "h1"),
    is_quote=is_quote,
    permalink=_by_script,
)

VBULLETIN_3 = HtmlEngine(
    name="vBulletin 3",
    markers=('meta[name=generator][content^="vBulletin 3"]', "table[id^=post] div[id^=post_message_]",
             "td[id^=td_post_]"),
    posts="table.tborder[id^=post], table[id^=post]:not([id^=post_])",
    bodies=("[id^=post_message_]",),
    attachments=("td[id^=td_post_] fieldset",),
    author=(".bigusername", 'a[href*="member.php"]'),
    date=(".thead", "td.thead", "thead td"),
    titles=(".navbar strong", "h1", "title"),
    is_quote=is_quote,
    permalink=_by_script,
)  # fmt: skip
