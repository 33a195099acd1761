"""Invision Community 4: pictures whose full form and thumbnail share no name, ``?page=N`` addresses."""

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

PATH = "/topic/77-harbour-cats/"


class InvisionFake(ForumFake):
    """A topic of Invision Community 4.7."""

    def serve(self) -> None:
        self.server.behave(PATH, self._page)

    @property
    def thread_url(self) -> str:
        return self.url(PATH)

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else f"{self.thread_url}?page={number}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/uploads/monthly_2024_05/{number}full_{name}.9f{number}.{name.rpartition('.')[2]}")

    def quote(self, author: str, inside: str) -> str:
        return f"""<blockquote class="ipsQuote" data-ipsquote="" data-ipsquote-username="{author}"
            data-ipsquote-contentcommentid="1001"><div class="ipsQuote_citation">On 5/1/2024, {author} said:</div>
            <div class="ipsQuote_contents"><p>{inside}</p></div></blockquote>"""

    def lazy(self, url: str) -> str:
        return f'<img class="ipsImage" data-src="{url}" src="{self.url("/applications/core/spacer.png")}" alt="x">'

    def smilie(self) -> str:
        return (
            f'<img alt=":)" data-emoticon="" src="{self.url("/uploads/emoticons/smile.png")}" width="20" height="20">'
        )

    def _page(self, exchange: Exchange) -> None:
        number = int(exchange.request.query.get("page", ["1"])[0])
        number = min(number, self.pages)
        posts = "".join(self._post(post) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html lang="en-US"><head><title>{TITLE} - Board</title></head>
            <body class="ipsApp ipsApp_front ipsClearfix" data-controller="core.front.core.app" data-pageapp="forums"
            data-pagemodule="forums" data-pagecontroller="topic"><div id="ipsLayout_header"><a id="elLogo"><img
            src="{self.url("/uploads/monthly/logo.png")}"></a></div>
            <h1 class="ipsType_pageTitle ipsContained_container"><span><span>{TITLE}</span></span></h1>
            <div class="cTopic ipsClear ipsSpacer_top" data-feedid="topic-77">{self._nav(number)}
            <div id="elPostFeed"><form>{posts}</form></div>{self._nav(number)}</div>
            <div class="ipsWidget"><h3>Similar topics</h3><a href="/topic/5-x/"><img
            src="{self.url("/uploads/t.jpg")}"></a>
            </div></body></html>""",
        )

    def _nav(self, number: int) -> str:
        shown = sorted({*range(max(1, number - 1), min(self.pages, number + 1) + 1)})
        links = "".join(
            f'<li class="ipsPagination_page {"ipsPagination_active" if page == number else ""}">'
            f'<a href="{self.page_url(page)}" data-page="{page}">{page}</a></li>'
            for page in shown
        )
        return f"""<ul class="ipsPagination" id="elPagination_1" data-ipsPagination-seoPagination="false"
            data-pages="{self.pages}" data-ipsPagination><li class="ipsPagination_first"><a href="{self.page_url(1)}"
            rel="first" data-page="1"><i></i></a></li>{links}<li class="ipsPagination_last"><a
            href="{self.page_url(self.pages)}" rel="last" data-page="{self.pages}"><i></i></a></li>
            <li class="ipsPagination_pageJump"><a>Page {number} of {self.pages}</a></li></ul>"""

    def _post(self, post: FakePost) -> str:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        return f"""<article id="elComment_{post.post_id}" class="cPost ipsBox ipsComment ipsComment_parent ipsClearfix">
            <aside class="ipsComment_author cAuthorPane"><h3 class="cAuthorPane_author"><a href="/profile/1-x/">
            {post.author}</a></h3><ul class="cAuthorPane_info"><li class="cAuthorPane_photo"><a
            class="ipsUserPhoto"><img
            src="{self.url("/uploads/monthly_2020_01/photo-1.jpg")}" alt="{post.author}"></a></li><li><img
            src="{self.url("/uploads/badges/veteran.png")}"></li></ul></aside>
            <div class="ipsColumn ipsColumn_fluid"><div id="comment-{post.post_id}_wrap"
            data-controller="core.front.core.comment" data-commentid="{post.post_id}" class="ipsComment_content">
            <div class="ipsComment_meta"><a href="{PATH}?do=findComment&amp;comment={post.post_id}">Posted
            <time datetime="{post.posted_at:%Y-%m-%dT%H:%M:%SZ}" title="then">that day</time></a></div>
            <div class="cPost_contentWrap"><div data-role="commentContent" class="ipsType_normal ipsType_richText"
            data-controller="core.front.core.lightboxedImages">{post.body}{attached}</div></div>
            <div data-role="memberSignature" class="ipsResponsive_hidePhone"><div class="ipsType_richText"><img
            src="{self.url("/photos/signature.jpg")}" class="ipsImage"></div></div>
            <div class="ipsItemControls"><img src="{self.url("/uploads/reactions/like.png")}"
            alt="Like"></div></div></div>
            </article>"""

    def _attached(self, number: int, name: str) -> str:
        if name.endswith("zip"):
            address = self.url(f"/applications/core/interface/file/attachment.php?id={number}")
            return f'<p><a class="ipsAttachLink" data-fileid="{number}" href="{address}">{name}</a></p>'
        thumb = self.url(f"/uploads/monthly_2024_05/{number}small_{name}.thumb.jpg.77.jpg")
        return f"""<p><a class="ipsAttachLink ipsAttachLink_image" href="{self.attachment_url(number, name)}"
            data-fileid="{number}" rel=""><img class="ipsImage ipsImage_thumbnailed" data-fileid="{number}" alt="{name}"
            src="{thumb}" width="300"></a></p>"""
