"""Forums of no known program: whatever repeats is read as posts."""

import pytest

from platforms.forum.adapter import ForumAdapter

AVATAR = '<div class="avatar"><img src="/people/1.jpg" width="100"></div>'
SIGNATURE = '<div class="signature"><img src="/photos/sig.jpg"></div>'


def pictures(count: int = 3) -> list[str]:
    return [f'<img src="/photos/{number}.jpg">' for number in range(count)]


def simple_machines() -> str:
    return "".join(
        f'<div class="windowbg" id="msg{number + 40}"><div class="post_wrapper"><div class="poster"><h4>anna'
        f"</h4>{AVATAR}</div>"
        f'<div class="postarea"><div class="post"><div class="inner" id="msg_{number + 40}">{body}</div></div>'
        f"</div>{SIGNATURE}"
        "</div></div>"
        for number, body in enumerate(pictures())
    )


def mybb() -> str:
    return "".join(
        f'<div class="post" id="post_{number + 40}"><div class="post_author"><div class="author_avatar">'
        f'<img src="/u.png"></div>'
        f'<span class="largetext">anna</span></div><div class="post_content">'
        f'<span class="post_date">05-14-2020, 03:22 PM</span>'
        f'<div class="post_body scaleimages" id="pid_{number + 40}">{body}</div>{SIGNATURE}</div></div>'
        for number, body in enumerate(pictures())
    )  # fmt: skip


def fluxbb() -> str:
    return "".join(
        f'<div id="p{number + 40}" class="blockpost"><h2><a href="viewtopic.php?pid=1">2020-05-14 15:22:00</a>'
        f'</h2><div class="box">'
        f'<div class="postleft"><dl>{AVATAR}</dl></div><div class="postright"><div class="postmsg">{body}</div>'
        f'<div class="postsignature postmsg"><img src="/photos/sig.jpg"></div></div></div></div>'
        for number, body in enumerate(pictures())
    )  # fmt: skip


def flarum() -> str:
    return "".join(
        f'<div class="PostStream-item" data-id="{number}"><article class="CommentPost Post"><header>'
        f'<span class="username">anna'
        f'</span><time datetime="2020-05-14T15:22:00Z">x</time></header><div class="Post-body">{body}</div>'
        f"</article></div>"
        for number, body in enumerate(pictures())
    )


def without_any_names() -> str:
    return (
        "<section>"
        + "".join(
            f"<div><p>anna <time datetime='2020-05-14T15:22:00Z'>x</time></p><p>{body}</p></div>" for body in pictures()
        )
        + "</section>"
    )


BOARDS = {
    "Simple Machines": simple_machines, "MyBB": mybb, "FluxBB": fluxbb, "Flarum": flarum, "no names": without_any_names,
}  # fmt: skip


@pytest.mark.parametrize("name", BOARDS)
def test_posts_are_found_by_what_repeats(bench, name):
    page = f"""<html><head><title>Boats</title></head><body><div id="header"><img src="/wide-logo.jpg"></div>
        <h1>Boats</h1>
        {BOARDS[name]()}<div class="sidebar"><img src="/photos/ad.jpg" width="300"></div></body></html>"""
    items = bench.list(ForumAdapter(), bench.site.page("/thread/5", page))
    assert [item.candidates[0] for item in items] == [bench.site.server.url_of(f"/photos/{n}.jpg") for n in (2, 1, 0)]
    assert len({item.post_id for item in items}) == 3
    assert {item.metadata["thread"] for item in items} == {"Boats"}


def test_quotes_are_left_out(bench):
    posts = """<div id="post-1"><img src="/photos/1.jpg"></div>
        <div id="post-2"><div class="quote"><img src="/photos/x.jpg"></div></div>"""
    [item] = bench.list(ForumAdapter(), bench.site.page("/thread/5", f"<html><body>{posts}</body></html>"))
    assert item.candidates[0].endswith("/photos/1.jpg")


def test_pages_that_only_lead_to_the_next_are_followed(bench):
    for number in (1, 2, 3):
        following = f'<a rel="next" href="/thread/5/after-{number}">older</a>' if number < 3 else ""
        path = "/thread/5" if number == 1 else f"/thread/5/after-{number - 1}"
        bench.site.page(
            path, f'<html><body><div id="post-{number}"><img src="/photos/{number}.jpg"></div>{following}</body></html>'
        )
    items = bench.list(ForumAdapter(), bench.site.server.url_of("/thread/5"))
    assert [item.candidates[0][-5] for item in items] == ["3", "2", "1"]
