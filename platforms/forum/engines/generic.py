"""Any other forum: the containers that repeat on its page are the posts."""

import re
from collections import defaultdict

from selectolax.lexbor import LexborNode

from platforms.forum.engines.html_engine import HtmlEngine
from platforms.forum.post_media import is_blockquote
from platforms.furniture import ancestors, is_area, names_of

_NUMBERED = re.compile(
    r"^((?:[a-z]+[-_])?(?:post|p|msg|message|pid|comment|reply|entry|answer)[-_]?(?:id)?[-_]?)\d+$", re.IGNORECASE
)
_NUMBER_ATTRIBUTES = ("data-post-id", "data-postid", "data-pid", "data-comment-id", "data-commentid", "data-message-id")
_POST_CLASS = re.compile(
    r"(?:forum|thread|topic)?[-_]?(?:post|message|comment|reply)(?:[-_]{1,2}(?:item|row|container|wrapper|block|card|box|entry|wrap))?",
    re.IGNORECASE,
)
_QUOTE_CLASS = re.compile(r"(?:.*[-_])?quot(?:e|ed|ation)(?:[-_].*)?|citation", re.IGNORECASE)
_MIN_REPEATS = 3
_BODIES = (
    "[itemprop=text]", ".post_body", ".post-body", ".postbody", ".post-content", ".post_content", ".post-text",
    ".message-body", ".message-content", ".message-text", ".comment-body", ".comment-content", ".postmsg", ".cooked",
    ".inner", ".content", ".body", ".text",
)  # fmt: skip


def is_quote(node: LexborNode) -> bool:
    """Whatever is named or marked as a quote."""
    return is_blockquote(node) or any(_QUOTE_CLASS.fullmatch(name) for name in names_of(node))


def find_posts(root: LexborNode) -> list[LexborNode]:
    """The containers of posts in the order of the page; empty where nothing on it looks like posts."""
    return _numbered(root) or _named(root) or _repeated(root)


def _numbered(root: LexborNode) -> list[LexborNode]:
    """Elements whose ids or attributes number posts; of several kinds the outermost of the most frequent."""
    kinds: dict[str, list[LexborNode]] = defaultdict(list)
    for node in root.css("[id], [data-post-id], [data-postid], [data-pid], [data-comment-id], [data-commentid]"):
        if node.tag in {"a", "img", "input", "span", "button", "form", "script"}:
            continue
        found = _NUMBERED.match(node.attributes.get("id") or "")
        kind = found[1] if found else next((name for name in _NUMBER_ATTRIBUTES if node.attributes.get(name)), "")
        if kind and not is_area(node):
            kinds[f"{node.tag} {kind}"].append(node)
    outermost = [_without_nested(nodes) for nodes in kinds.values()]
    most = max((len(nodes) for nodes in outermost), default=0)
    # In the order of the page a container comes before what it contains.
    return next((nodes for nodes in outermost if len(nodes) == most), [])


def _named(root: LexborNode) -> list[LexborNode]:
    nodes = [
        node
        for node in root.css("[class*=post], [class*=message], [class*=comment], [class*=reply]")
        if any(_POST_CLASS.fullmatch(name) for name in names_of(node)) and not is_area(node)
    ]
    nodes = _without_nested(nodes)
    return nodes if len(nodes) >= 2 else []


def _repeated(root: LexborNode) -> list[LexborNode]:
    """At least three siblings of one make, of which most tell when they were written."""
    best: list[LexborNode] = []
    for parent in {node.parent.parent for node in root.css("time") if node.parent and node.parent.parent}:
        for candidate in (parent, *list(ancestors(parent))[:4]):
            alike: dict[str, list[LexborNode]] = defaultdict(list)
            for child in candidate.iter():
                alike[f"{child.tag}.{child.attributes.get('class') or ''}"].append(child)
            for nodes in alike.values():
                dated = [node for node in nodes if node.css_first("time") is not None]
                if len(dated) >= _MIN_REPEATS and len(dated) * 2 > len(nodes) and len(dated) > len(best):
                    best = dated
    return best


def _without_nested(nodes: list[LexborNode]) -> list[LexborNode]:
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(parent.mem_id in ids for parent in ancestors(node))]


GENERIC = HtmlEngine(
    name="forum",
    markers=("body",),
    posts="",
    bodies=_BODIES,
    attachments=('[class*="attach"]',),
    author=("[itemprop=author] [itemprop=name]", "[itemprop=author]", ".username", ".author", "[rel=author]",
            '[class*="author"] a', '[class*="user"] a', 'a[href*="user"], a[href*="member"], a[href*="profile"]'),
    date=("time", "[itemprop=datePublished]", "[data-time]", ".date", ".post-date", '[class*="date"]',
          '[class*="time"]'),
    is_quote=is_quote,
    find_posts=find_posts,
)  # fmt: skip
