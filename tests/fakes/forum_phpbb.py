"""phpBB 3: ``start=`` addresses that carry a session, thumbnails by ``t=1``, the last page past the end."""

import itertools

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

SCRIPT = "/board/viewtopic.php"


class PhpbbFake(ForumFake):
    """A topic of phpBB 3.3 in prosilver."""

    def serve(self) -> None:
        self._sessions = itertools.count(1)
        self.server.behave(SCRIPT, self._page)

    @property
    def thread_url(self) -> str:
        return self.url(f"{SCRIPT}?t=77")

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else f"{self.thread_url}&start={(number - 1) * self.posts_a_page}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/board/download/file.php?id={number}")

    def quote(self, author: str, inside: str) -> str:
        return f"<blockquote><div><cite>{author} wrote:</cite>{inside}</div></blockquote>"

    def smilie(self) -> str:
        return '<img class="smilies" src="./images/smilies/icon_e_smile.gif" width="15" height="17" alt=":)">'

    def _page(self, exchange: Exchange) -> None:
        start = int(exchange.request.query.get("start", ["0"])[0])
        number = min(start // self.posts_a_page + 1, self.pages)
        session = f"{next(self._sessions):032x}"
        posts = "".join(self._post(post, session) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html dir="ltr" lang="en-gb"><head><title>{TITLE} - Board</title></head>
            <body id="phpbb" class="nojs notouch section-viewtopic ltr"><div id="wrap"><div id="page-header"
            role="banner"><a id="logo" href="./index.php?sid={session}"><img src="./site-wide-logo.png"></a></div>
            <div id="page-body" role="main"><h2 class="topic-title"><a href="./viewtopic.php?t=77&amp;sid={session}">
            {TITLE}</a></h2><div class="action-bar">{self._nav(number, session)}</div>{posts}</div>
            <div id="page-footer" role="contentinfo"><ul><li class="rightside">All times are <span title="Berlin">
            UTC+02:00</span></li></ul></div><img src="/board/cron.php?t=1" width="1" height="1"></div></body></html>""",
        )

    def _nav(self, number: int, session: str) -> str:
        items = "".join(
            f'<li class="active"><span>{page}</span></li>'
            if page == number
            else f'<li><a class="button" href="./viewtopic.php?t=77&amp;sid={session}'
            f'{f"&amp;start={(page - 1) * 10}" if page > 1 else ""}" role="button">{page}</a></li>'
            for page in range(1, self.pages + 1)
        )
        return f'<div class="pagination">{len(self.posts)} posts <ul>{items}</ul></div>' if self.pages > 1 else ""

    def _post(self, post: FakePost, session: str) -> str:
        attached = "".join(self._attached(number, name, session) for number, name in post.attached)
        box = f'<dl class="attachbox"><dt>Attachments</dt>{attached}</dl>' if attached else ""
        shown = post.posted_at.replace(hour=(post.posted_at.hour + 2) % 24)
        when = f"{shown:%a %b} {shown.day}, {shown:%Y %I:%M %p}".replace(" 0", " ").lower()
        if shown.hour < 2:  # past midnight there
            when = f"Thu May {shown.day + 1}, {shown:%Y %I:%M %p}".lower()
        return f"""<div id="p{post.post_id}" class="post has-profile bg2"><div class="inner">
            <dl class="postprofile" id="profile{post.post_id}"><dt class="has-avatar"><div class="avatar-container"><a
            class="avatar"><img class="avatar" src="./download/file.php?avatar=58_1700000000.jpg" width="90"></a></div>
            <a class="username">{post.author}</a></dt><dd><img src="./images/ranks/gold.png" alt="Gold"></dd></dl>
            <div class="postbody"><div id="post_content{post.post_id}"><h3><a href="./viewtopic.php?p={post.post_id}">
            {TITLE}</a></h3><p class="author">by <strong><a class="username">{post.author}</a></strong> &raquo;
            {when}</p>
            <div class="content">{post.body}</div>{box}<div id="sig{post.post_id}" class="signature"><img
            src="{self.url("/photos/signature.jpg")}" class="postimage"></div></div></div></div></div>"""

    def _attached(self, number: int, name: str, session: str) -> str:
        address = f"./download/file.php?id={number}&amp;sid={session}"
        if name.endswith("zip"):
            return f'<dd><dl class="file"><dt><a class="postlink" href="{address}">{name}</a></dt></dl></dd>'
        return f"""<dd><dl class="thumbnail"><dt><a href="{address}&amp;mode=view"><img src="{address}&amp;t=1"
            class="postimage" alt="{name}" title="{name} (79 KiB)"></a></dt></dl></dd>"""
