"""What of a post is content, in which form, and what it is called."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from mediadl.media import MediaType
from platforms.forum.attachments import attachment_of, is_document
from platforms.forum.post_media import media_of
from platforms.forum.thread_page import Role
from platforms.forum.video_links import is_video_link, video_id

BASE = "https://forum.example/board/thread.php?t=5"
HOME = "https://forum.example"


def read(body: str):
    root = LexborHTMLParser(f"<html><body><div>{body}</div></body></html>").body
    return media_of([root], BASE)


def urls(body: str) -> list[str]:
    return [medium.urls[0] for medium in read(body)]


CONTENT = [
    ("a picture beside words", 'x<img src="/a.jpg">', [f"{HOME}/a.jpg"]),
    ("a small picture that is all of a post", '<img src="/a.gif" width="36" height="22">', [f"{HOME}/a.gif"]),
    ("a lazy picture in its lightbox",
     '<div data-src="/a.jpg"><img src="data:x" data-src="/a.jpg"></div>', [f"{HOME}/a.jpg"]),
    ("a proxied picture by its own address",
     'x<img src="/proxy.php?image=https%3A%2F%2Fe.org%2Fa.jpg&hash=1" data-url="https://e.org/a.jpg">',
     ["https://e.org/a.jpg"]),
    ("a thumbnail of an attachment",
     'x<img src="download/file.php?id=3&t=1">', [f"{HOME}/board/download/file.php?id=3"]),
    ("an attachment inline and at the end",
     '<img src="/attachments/a-jpg.7/"><a href="/attachments/a-jpg.7/">a.jpg</a>',
     [f"{HOME}/attachments/a-jpg.7/"]),
    ("a session in a link", f'<a href="/a.jpg?sid={"0" * 32}">a</a>', [f"{HOME}/a.jpg"]),
    ("a spoiler",
     '<div class="bbCodeSpoiler"><button>Spoiler</button><div><img src="/a.jpg"></div></div>', [f"{HOME}/a.jpg"]),
    ("a picture that leads to an article", 'x<a href="https://news.example/1"><img src="https://e.org/a.jpg"></a>',
     ["https://e.org/a.jpg"]),
    ("a full picture that a script keeps beside", 'x<img src="/assets/uploads/files/a-resized.jpg">',
     [f"{HOME}/assets/uploads/files/a.jpg"]),
    ("a player and the link below it", '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>'
     '<a href="https://youtu.be/dQw4w9WgXcQ">see</a>', ["https://www.youtube.com/embed/dQw4w9WgXcQ"]),
    ("a player that a script makes",
     """<span data-s9e-mediaembed="youtube" data-s9e-mediaembed-iframe='["style","x","src",
     "https:\\/\\/www.youtube.com\\/embed\\/dQw4w9WgXcQ"]'></span>""", ["https://www.youtube.com/embed/dQw4w9WgXcQ"]),
    ("a placeholder of a player",
     '<div class="bbMediaWrapper" data-media-site-id="vimeo" data-media-key="76979871"></div>',
     ["https://vimeo.com/76979871"]),
    ("a video of its own", '<video><source src="/a.mp4"></video>', [f"{HOME}/a.mp4"]),
]  # fmt: skip

NO_CONTENT = [
    ("a quote", '<blockquote><img src="/a.jpg"></blockquote>'),
    ("a signature", '<div class="signature"><img src="/a.jpg"></div>'),
    ("an avatar", 'x<img src="download/file.php?avatar=5_1.jpg" class="avatar">'),
    ("an avatar that only its address tells", 'x<img src="download/file.php?avatar=5_1.jpg">'),
    ("a small picture beside words", 'thanks <img src="/a.gif" width="36" height="22">'),
    ("a pixel alone", '<img src="https://t.example/p.gif" width="1" height="1">'),
    ("a smilie alone", '<img src="/s.gif" class="smilie" width="36" height="22">'),
    (
        "the preview of a linked page",
        '<div class="bbCodeBlock--unfurl"><a href="https://e.org/x"><img src="/t.jpg"></a></div>',
    ),
    ("a boxed link of Discourse", '<aside class="onebox"><img src="https://e.org/preview.jpg"></aside>'),
    ("an archive", '<a href="/attachments/a-zip.7/">a.zip</a>'),
    ("an archive told by its name", '<a href="download/file.php?id=9">backup.tar</a>'),
    ("a link to a page", '<a href="https://e.org/article.html">see</a>'),
    ("a link to another thread", '<a href="/threads/x.9/"><span>x</span></a>'),
    ("a profile of an image host", '<a href="https://imgur.com/user/somebody">my pictures</a>'),
]


@pytest.mark.parametrize(("body", "wanted"), [case[1:] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_content(body, wanted):
    assert urls(body) == wanted


@pytest.mark.parametrize("body", [case[1] for case in NO_CONTENT], ids=[case[0] for case in NO_CONTENT])
def test_no_content(body):
    assert urls(body) == []


def test_kinds_names_and_numbers():
    [film] = read('<a href="download/file.php?id=12">a.mp4</a>')
    assert (film.role, film.media_type, film.name) == (Role.ATTACHMENT, MediaType.VIDEO, "a.mp4")
    [photo] = read('<a href="/attachments/boat-jpg.7/"><img src="/data/t/7.jpg" alt="our boat"></a>')
    assert (photo.media_type, photo.name, photo.caption) == (MediaType.IMAGE, "boat.jpg", "our boat")
    [video] = read('<a href="https://vimeo.com/76979871">x</a>')
    assert video.role is Role.VIDEO


def test_a_smaller_form_is_the_second_choice():
    [medium] = read('x<img src="/assets/uploads/files/a-resized.jpg">')
    assert [url.rpartition("/")[2] for url in medium.urls] == ["a.jpg", "a-resized.jpg"]


SAME_ATTACHMENT = [
    ("https://e.org/b/download/file.php?id=3&mode=view", "https://e.org/b/download/file.php?id=3&t=1"),
    ("https://e.org/attachment.php?attachmentid=3&d=14&stc=1",
     "https://www.e.org/attachment.php?attachmentid=3&thumb=1"),
    ("https://e.org/filedata/fetch?id=3&d=14", "https://e.org/filedata/fetch?id=3&type=thumb"),
    ("https://e.org/attachments/old-name-jpg.3/", "https://e.org/attachments/new-jpg.3/"),
    ("https://e.org/a/aaaaaaaaaaaaaaaaaaaa/3/", "https://e.org/a/thumb/aaaaaaaaaaaaaaaaaaaa/3/"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME_ATTACHMENT)
def test_forms_of_one_attachment_have_one_id(one, other):
    assert attachment_of(one).media_id == attachment_of(other).media_id
    assert "thumb" not in attachment_of(other).url
    assert "t=1" not in attachment_of(other).url


def test_attachments_of_two_forums_never_share_an_id():
    addresses = [
        f"https://{place}/download/file.php?id=3" for place in ("a.org", "b.org", "a.org/board", "a.org/other")
    ]
    assert len({attachment_of(url).media_id for url in addresses}) == 4


NO_ATTACHMENTS = [
    "https://e.org/data/attachments/410/410122-dedb.jpg",
    "https://e.org/download/file.php?avatar=3",
    "https://e.org/attachments/",
    "https://e.org/a/b/3/",
]


@pytest.mark.parametrize("url", NO_ATTACHMENTS)
def test_what_is_no_attachment(url):
    assert attachment_of(url) is None


def test_documents_are_told_by_their_names():
    assert is_document("route.GPX")
    assert is_document("my-archive-zip")
    assert not is_document("photo.jpg")
    assert not is_document("photo.of.the.day")
    assert not is_document("")


def test_one_video_has_one_id():
    forms = ["watch?v=dQw4w9WgXcQ", "watch?list=x&v=dQw4w9WgXcQ", "embed/dQw4w9WgXcQ?rel=0", "shorts/dQw4w9WgXcQ"]
    addresses = [*(f"https://www.youtube.com/{form}" for form in forms), "https://youtu.be/dQw4w9WgXcQ?t=5"]
    assert all(is_video_link(url) for url in addresses)
    assert len({video_id(url) for url in addresses}) == 1
    assert not is_video_link("https://www.youtube.com/@somebody")
    assert not is_video_link("https://www.youtube.com/embed/videoseries?list=x")
