"""vBulletin 3: tables, ``Page 1 of 3``, quotes as boxes in tables, no names of anything in classes."""

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

SCRIPT = "/forum/showthread.php"


class OldVbulletinFake(ForumFake):
    """A thread of vBulletin 3.8."""

    def serve(self) -> None:
        self.server.behave(SCRIPT, self._page)

    @property
    def thread_url(self) -> str:
        return self.url(f"{SCRIPT}?t=77")

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else f"{self.thread_url}&page={number}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/forum/attachment.php?attachmentid={number}")

    def quote(self, author: str, inside: str) -> str:
        return f"""<div style="margin:20px; margin-top:5px; "><div class="smallfont"
            style="margin-bottom:2px">Quote:</div>
            <table cellpadding="6" width="100%"><tr><td class="alt2" style="border:1px inset"><div>Originally Posted by
            <strong>{author}</strong></div><div style="font-style:italic">{inside}</div></td></tr></table></div>"""

    def smilie(self) -> str:
        return '<img src="images/smilies/biggrin.gif" border="0" alt="" title="Big Grin" class="inlineimg" />'

    def _page(self, exchange: Exchange) -> None:
        number = min(int(exchange.request.query.get("page", ["1"])[0]), self.pages)
        posts = "".join(self._post(post) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"><html><head><meta name="generator"
            content="vBulletin 3.8.7" /><title>{TITLE}</title></head><body><a href="/"><img
            src="/forum/images/wide-logo.jpg"></a><div class="navbar"><strong>{TITLE}</strong></div>{self._nav(number)}
            <div id="posts">{posts}</div><div class="smallfont">All times are GMT -5. The time now is 10:21 AM.</div>
            </body></html>""",
        )

    def _nav(self, number: int) -> str:
        cells = "".join(
            f'<td class="alt2"><span class="smallfont"><strong>{page}</strong></span></td>'
            if page == number
            else f'<td class="alt1"><a class="smallfont" href="showthread.php?s={7:032x}&amp;t=77'
            f'{f"&amp;page={page}" if page > 1 else ""}">{page}</a></td>'
            for page in range(1, self.pages + 1)
        )
        return f"""<div class="pagenav" align="right"><table class="tborder"><tr><td class="vbmenu_control">Page
            {number}
            of {self.pages}</td>{cells}</tr></table></div>"""

    def _post(self, post: FakePost) -> str:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        box = (
            f"""<div style="padding:6px"><fieldset class="fieldset"><legend>Attached Thumbnails</legend>{attached}
            </fieldset></div>"""
            if attached
            else ""
        )
        local = post.posted_at.timestamp() - 5 * 3600
        shown = post.posted_at.fromtimestamp(local, tz=post.posted_at.tzinfo)
        return f"""<div align="center"><table id="post{post.post_id}" class="tborder" width="100%"><tr><td
            class="thead">
            <a name="post{post.post_id}"><img class="inlineimg" src="images/statusicon/post_old.gif" /></a>
            {shown:%m-%d-%Y, %I:%M %p}</td><td class="thead" align="right">#{post.number}</td></tr><tr><td class="alt2"
            width="175"><div id="postmenu_{post.post_id}"><a class="bigusername" href="member.php?u=1">{post.author}</a>
            </div><a href="member.php?u=1"><img src="customavatars/avatar1_2.gif" width="100" /></a></td><td
            class="alt1"
            id="td_post_{post.post_id}"><div id="post_message_{post.post_id}">{post.body}</div>{box}<div>
            __________________<br /><img src="{self.url("/photos/signature.jpg")}" /></div></td></tr></table></div>"""

    def _attached(self, number: int, name: str) -> str:
        address = f"attachment.php?s={7:032x}&amp;attachmentid={number}&amp;d=1714564800"
        if name.endswith("zip"):
            return f'<a href="{address}">{name}</a> (2.0 KB, 3 views)'
        return f"""<a href="{address}" rel="Lightbox" target="_blank"><img class="thumbnail"
            src="{address}&amp;thumb=1" alt="{name}" /></a>"""
