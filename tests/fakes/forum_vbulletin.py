"""vBulletin 5: ``filedata/fetch`` attachments, ``/pageN`` addresses, quotes in boxes of their own."""

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

PATH = "/forum/general/77-harbour-cats"


class VbulletinFake(ForumFake):
    """A thread of vBulletin 5."""

    def serve(self) -> None:
        self.server.behave(PATH, lambda exchange: self._page(exchange, 1))
        for number in range(2, 40):
            self.server.behave(f"{PATH}/page{number}", self._numbered(number))

    @property
    def thread_url(self) -> str:
        return self.url(PATH)

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else self.url(f"{PATH}/page{number}")

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/filedata/fetch?id={number}")

    def quote(self, author: str, inside: str) -> str:
        return f"""<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container">
            <div class="bbcode_quote_container b-icon b-icon__quote"></div><div class="bbcode_postedby">Originally
            posted
            by <strong>{author}</strong></div><div class="message">{inside}</div></div></div></div>"""

    def inline(self, url: str) -> str:
        return f'<img border="0" src="{url}" alt="Click image for larger version" class="bbcode-attachment" />'

    def smilie(self) -> str:
        return f'<img src="{self.url("/core/images/smilies/grin.png")}" border="0" class="inlineimg" smilieid="3" />'

    def _numbered(self, number: int):
        return lambda exchange: self._page(exchange, number)

    def _page(self, exchange: Exchange, number: int) -> None:
        if number > self.pages:
            self.answer(exchange, "<html><body><div class='error-page'>Page not found</div></body></html>", status=404)
            return
        posts = "".join(self._post(post) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html lang="en" class="vb-busstop"><head><title>{TITLE} - Board</title>
            <meta name="generator" content="vBulletin 5.6.9" /></head><body class="l-desktop page60 vb-page">
            <div id="header"><img src="{self.url("/core/images/misc/board-title.png")}" /></div>
            <h1 class="main-title js-topic-title">{TITLE}</h1>{self._nav(number)}
            <ul class="conversation-list list-container h-clearfix thread-view">{posts}</ul>
            <div class="widget"><h3>Related Topics</h3><ol class="js-related"><li><a href="/forum/general/5-x">
            <img src="{self.url("/photos/related-topic.jpg")}" class="b-avatar" /></a></li></ol></div></body></html>""",
        )

    def _nav(self, number: int) -> str:
        links = "".join(
            f'<a class="b-button js-pagenav-button {"js-pagenav-current-button" if page == number else ""}"'
            f' href="{self.page_url(page)}" data-page="{page}">{page}</a>'
            for page in range(1, min(self.pages, 5) + 1)
        )
        return f"""<div class="pagenav-container"><div class="js-pagenav pagenav">{links}</div>
            <label>Page <input type="text" class="js-pagenum" value="{number}"> of <span class="pagetotal">{self.pages}
            </span></label></div>"""

    def _post(self, post: FakePost) -> str:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        section = f'<div class="b-post__attachments"><ul>{attached}</ul></div>' if attached else ""
        stamp = post.posted_at.strftime("%Y-%m-%dT%H:%M:%S")
        return f"""<li data-node-id="{post.post_id}" itemprop="comment" class="b-post js-post js-comment-entry__parent">
            <hr class="b-divider" /><a id="post{post.post_id}" class="b-post__anchor"></a><div class="b-post__grid">
            <div class="b-userinfo b-userinfo--post"><a class="b-avatar b-avatar--l"><img
            src="{self.url("/core/image.php?userid=1&thumb=1")}" alt="" /></a><div class="author" itemprop="author">
            <strong><a href="/member/1"><span itemprop="name">{post.author}</span></a></strong></div>
            <img src="{self.url("/core/images/ranks/gold.png")}" class="b-userinfo__rank" /></div>
            <div class="b-post__content"><div class="b-post__timestamp"><time itemprop="dateCreated"
            datetime="{stamp}">that day</time></div><div class="js-post__content-text restore h-wordwrap"
            itemprop="text">{post.body}</div>{section}
            <div class="b-post__signature post-signature restore"><img src="{self.url("/photos/signature.jpg")}"
            /></div>
            <div class="b-post-control"><img src="{self.url("/core/images/like.png")}" class="b-icon"
            /></div></div></div>
            </li>"""

    def _attached(self, number: int, name: str) -> str:
        address = f"filedata/fetch?id={number}&amp;d=1714564800"
        if name.endswith("zip"):
            return f'<li><span class="b-icon"></span><a href="/{address}" class="js-attachment">{name}</a></li>'
        return f"""<li><a href="/{address}" class="bbcode-attachment js-lightbox" title="{name}"><img class="thumbnail"
            src="/{address}&amp;type=thumb" alt="{name}" title="{name}" /></a></li>"""
