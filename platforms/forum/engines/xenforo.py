"""XenForo 1 and 2."""

import re

from selectolax.lexbor import LexborNode

from platforms.forum.engines.html_engine import HtmlEngine
from platforms.furniture import names_of

_THREADS = re.compile(r"/?(?:index\.php\?)?threads/.*")


def is_quote(node: LexborNode) -> bool:
    """A quoted post, whole or in part."""
    return any(name in {"bbCodeBlock--quote", "bbCodeQuote", "quoteContainer"} for name in names_of(node))


def permalink(page_url: str, post_id: str) -> str:
    """``/posts/123/`` leads to a post of either version."""
    board, found = _THREADS.subn("", page_url, count=1)
    if not found:
        return f"{page_url}#post-{post_id}"
    query = "index.php?" if "index.php?" in page_url else ""
    return f"{board}/{query}posts/{post_id}/"


XENFORO_2 = HtmlEngine(
    name="XenForo 2",
    markers=("html#XF", "html[data-app]", "article.message--post", ".p-body .message .bbWrapper"),
    posts="article.message--post, article.message.js-post, article.message[data-content^=post]",
    bodies=(".message-body .bbWrapper", ".message-body", ".message-content", ".message-userContent"),
    attachments=(".message-attachments", ".attachmentList"),
    author=(".message-name .username", ".message-name", ".username"),
    date=(".message-attribution time", "time"),
    titles=("h1.p-title-value", "h1"),
    is_quote=is_quote,
    permalink=permalink,
)

XENFORO_1 = HtmlEngine(
    name="XenForo 1",
    markers=("html#XenForo", "ol#messageList li.message", "li.message .messageText"),
    posts="li.message[id^=post-], li.message[data-author]",
    bodies=(".messageText", ".messageContent article", ".messageContent"),
    attachments=(".attachedFiles", ".attachmentList"),
    author=(".messageUserInfo .username", ".username.author", ".username"),
    date=(".datePermalink .DateTime", ".messageMeta .DateTime", ".DateTime"),
    titles=(".titleBar h1 .title", ".titleBar h1", "h1"),
    is_quote=is_quote,
    permalink=permalink,
)
