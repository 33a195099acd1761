"""phpBB 3, with the styles that come from prosilver."""

from selectolax.lexbor import LexborNode

from platforms.forum.engines.html_engine import HtmlEngine, beside
from platforms.forum.post_media import is_blockquote
from platforms.furniture import names_of


def _is_quote(node: LexborNode) -> bool:
    return is_blockquote(node) or any(name in {"quotecontent", "quotetitle"} for name in names_of(node))


def _permalink(page_url: str, post_id: str) -> str:
    return beside(page_url, f"viewtopic.php?p={post_id}")


PHPBB_3 = HtmlEngine(
    name="phpBB 3",
    markers=("body#phpbb .postbody", "div.post .postbody .content", "dl.postprofile", "body#phpbb"),
    posts=".post[id^=p]",
    bodies=(".postbody .content", ".content", ".postbody"),
    attachments=("dl.attachbox", ".attachbox"),
    author=(".author .username", ".author .username-coloured", ".author strong", ".postprofile .username"),
    date=(".author time", "time", ".author"),
    titles=("h2.topic-title", "h2", "h1"),
    is_quote=_is_quote,
    permalink=_permalink,
)
