"""Invision Community 4."""

from selectolax.lexbor import LexborNode

from platforms.forum.engines.html_engine import HtmlEngine
from platforms.forum.post_media import is_blockquote
from platforms.furniture import names_of


def _is_quote(node: LexborNode) -> bool:
    return is_blockquote(node) or "ipsQuote" in names_of(node)


def _permalink(page_url: str, post_id: str) -> str:
    thread = page_url.partition("?")[0].partition("/page/")[0].rstrip("/")
    return f"{thread}/?do=findComment&comment={post_id}"


INVISION_4 = HtmlEngine(
    name="Invision 4",
    markers=("article.cPost", "article.ipsComment", "[data-role=commentContent]", ".cTopic .ipsComment"),
    posts="article.cPost, article.ipsComment, .ipsComment[data-commentid], article.ipsEntry--post",
    bodies=("[data-role=commentContent]", ".cPost_contentWrap .ipsType_richText", ".ipsType_richText"),
    attachments=(".ipsAttachments", "[data-role=attachments]"),
    author=(
        ".cAuthorPane_author",
        ".ipsEntry__username",
        ".ipsUsername",
        ".ipsComment_author a[href*=profile]",
        ".ipsComment_author strong",
    ),
    date=(".ipsComment_meta time", "time"),
    titles=("h1.ipsType_pageTitle", "h1"),
    is_quote=_is_quote,
    permalink=_permalink,
)
