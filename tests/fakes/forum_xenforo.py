"""XenForo 2: attachments section, lightbox, lazy pictures, ``page-N`` addresses."""

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

SLUG = "/threads/harbour-cats.77"


class XenforoFake(ForumFake):
    """A thread of XenForo 2.2."""

    def serve(self) -> None:
        for path in (f"{SLUG}/", SLUG):
            self.server.behave(path, lambda exchange: self._page(exchange, 1))
        for number in range(1, max(40, self.pages + 3)):
            self.server.behave(f"{SLUG}/page-{number}", self._numbered(number))
        for post in self.posts:
            self.server.behave(f"/posts/{post.post_id}/", self._leads_to(post))

    @property
    def thread_url(self) -> str:
        return self.url(f"{SLUG}/")

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else self.url(f"{SLUG}/page-{number}")

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/attachments/{name.replace('.', '-')}.{number}/")

    def quote(self, author: str, inside: str) -> str:
        return f"""<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote" data-attributes="member:
            1"
            data-quote="{author}" data-source="post: 1001"><div class="bbCodeBlock-title"><a href="/goto/post?id=1001"
            class="bbCodeBlock-sourceJump" data-content-selector="#post-1001">{author} said:</a></div>
            <div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent">{inside}</div></div></blockquote>"""

    def lazy(self, url: str) -> str:
        return f"""<div class="bbImageWrapper js-lbImage" title="x" data-src="{url}" data-lb-sidebar-href=""><img
            src="{self.url("/styles/blank-placeholder.gif")}" data-src="{url}" data-url="{url}"
            class="bbImage lazyload" alt="x"/></div>"""

    def linked(self, small: str, full: str) -> str:
        return f'<a href="{full}" target="_blank" class="link link--external"><img src="{small}" class="bbImage"></a>'

    def smilie(self) -> str:
        return (
            '<img src="data:image/gif;base64,R0lGOD" class="smilie smilie--sprite smilie--sprite1" alt=":)">'
            f'<img class="smilie" loading="lazy" src="{self.url("/images/bonus/wave.gif")}" width="40" height="30">'
        )

    def video(self) -> str:
        return f"""<div class="bbMediaWrapper" data-media-site-id="youtube" data-media-key="dQw4w9WgXcQ">
            <div class="bbMediaWrapper-inner"><iframe src="{super().video().split('src="')[1].split('"')[0]}"
            allowfullscreen></iframe></div></div>"""

    def _leads_to(self, post: FakePost):
        number = (post.number - 1) // self.posts_a_page + 1
        target = {"Location": f"{self.page_url(number)}#post-{post.post_id}"}
        return lambda exchange: exchange.respond(301, b"", target)

    def _numbered(self, number: int):
        return lambda exchange: self._page(exchange, number)

    def _page(self, exchange: Exchange, number: int) -> None:
        number = min(number, self.pages)  # past the end the last page comes again
        posts = "".join(self._post(post) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html id="XF" lang="en-US" dir="LTR" data-app="public" data-template="thread_view"
            data-content-key="thread-77"><head><title>{TITLE} | Forum</title></head><body>
            <div class="p-pageWrapper"><header class="p-header"><img src="{self.url("/styles/logo.png")}"></header>
            <div class="p-body"><h1 class="p-title-value">{TITLE}</h1>{self._nav(number)}
            <div class="block-container lbContainer"><div class="block-body
            js-replyNewMessageContainer">{posts}</div></div>
            {self._nav(number)}
            <div class="block" data-widget-key="related"><h3>Similar threads</h3><a href="/threads/other.5/">
            <img src="{self.url("/data/related/other.jpg")}" width="200"></a></div></div>
            <footer class="p-footer"></footer></div></body></html>""",
        )

    def _nav(self, number: int) -> str:
        if self.pages == 1:
            return ""
        items = "".join(
            f'<li class="pageNav-page {"pageNav-page--current" if page == number else ""}">'
            f'<a href="{SLUG}/{"" if page == 1 else f"page-{page}"}">{page}</a></li>'
            for page in sorted({1, 2, number, self.pages} & set(range(1, self.pages + 1)))
        )
        return f"""<nav class="pageNavWrapper"><div class="pageNav"><ul class="pageNav-main">{items}</ul></div>
            <div class="pageNavSimple"><a class="pageNavSimple-el">{number} of {self.pages}</a></div></nav>"""

    def _post(self, post: FakePost) -> str:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        section = (
            f"""<section class="message-attachments"><h4 class="block-textHeader">Attachments</h4>
            <ul class="attachmentList">{attached}</ul></section>"""
            if attached
            else ""
        )
        return f"""<article class="message message--post js-post" data-author="{post.author}"
            data-content="post-{post.post_id}" id="js-post-{post.post_id}"><div class="message-inner">
            <div class="message-cell message-cell--user"><section class="message-user"><div class="message-avatar">
            <a href="/members/{post.author}.1/" class="avatar avatar--m"><img
            src="{self.url("/data/avatars/m/0/1.jpg")}"
            width="96" height="96"></a></div><div class="userBanner"><img src="{self.url("/banners/gold-member.png")}"
            class="userBanner-badge"></div></section></div>
            <div class="message-cell message-cell--main"><header class="message-attribution"><time class="u-dt"
            datetime="{post.posted_at.isoformat()}" data-time="{int(post.posted_at.timestamp())}">that
            day</time></header>
            <div class="message-content js-messageContent"><div class="message-userContent lbContainer">
            <article class="message-body js-selectToQuote"><div class="bbWrapper">{post.body}</div></article>
            {section}</div>
            <aside class="message-signature"><div class="bbWrapper"><img src="{self.url("/photos/signature.jpg")}"
            class="bbImage" width="400"></div></aside></div>
            <footer class="message-footer"><img class="reaction-image" src="{self.url("/reactions/like.png")}"></footer>
            </div></div></article>"""

    def _attached(self, number: int, name: str) -> str:
        address = self.attachment_url(number, name)
        preview = f"""<a class="file-preview js-lbImage" href="{address}" target="_blank">
            <img src="{self.url(f"/data/attachments/0/{number}-abc.jpg")}" width="150" height="100"></a>"""
        icon = f'<a class="file-preview" href="{address}"><span class="file-typeIcon"></span></a>'
        return f"""<li class="file file--linked">{icon if name.endswith("zip") else preview}<div class="file-content">
            <div class="file-info"><span class="file-name" title="{name}">{name}</span></div></div></li>"""
