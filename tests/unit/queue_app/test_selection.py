"""Which listed posts a request means: N newest, days back, carousels, pinned posts."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mediadl.media import MediaItem, MediaType, SkipReason
from queue_app.engine.selection import Selection
from tests.unit.queue_app.building import NEWEST, media


def post(name: str, age: float | None, *, files: int = 1, pinned: bool = False) -> list[MediaItem]:
    """The files of one post that is ``age`` days old."""
    date = None if age is None else NEWEST - timedelta(days=age)
    return [
        media(f"{name}{n}", f"https://x.example/{name}{n}", post_id=name, post_date=date, pinned=pinned)
        for n in range(files)
    ]


def choose(posts: list[list[MediaItem]], **options: object) -> tuple[list[str], list[str], int]:
    """Chosen and left out media ids, and how many items were asked of the listing."""
    values: dict[str, object] = {"max_posts": None, "cutoff": None, "newest_first": True} | options
    selection = Selection(**values)  # type: ignore[arg-type]
    choices, asked = [], 0
    for item in (item for files in posts for item in files):
        asked += 1
        choices += selection.offer(item)
        if selection.ended:
            break
    choices += selection.finish()
    chosen = [choice.media.media_id for choice in choices if choice.skip is None]
    return chosen, [choice.media.media_id for choice in choices if choice.skip is not None], asked


def test_without_limits_everything_is_chosen_in_order() -> None:
    chosen, left_out, _ = choose([post("a", 0), post("b", 1, files=2)])
    assert (chosen, left_out) == (["a0", "b0", "b1"], [])


def test_the_newest_posts_and_no_more_are_asked_of_the_listing() -> None:
    chosen, left_out, asked = choose([post(name, age) for age, name in enumerate("abcdef")], max_posts=2)
    assert (chosen, left_out, asked) == (["a0", "b0"], ["c0"], 3)


def test_files_without_a_post_end_the_listing_without_a_look_ahead() -> None:
    files = [[media(f"m{n}", "https://x.example/")] for n in range(5)]
    assert choose(files, max_posts=3) == (["m0", "m1", "m2"], [], 3)


def test_a_carousel_is_one_post() -> None:
    chosen, _, _ = choose([post("a", 0, files=3), post("b", 1, files=2), post("c", 2)], max_posts=2)
    assert chosen == ["a0", "a1", "a2", "b0", "b1"]


def test_a_pinned_post_takes_its_place_by_date() -> None:
    listed = [post("old", 2.5, pinned=True), *(post(name, age) for age, name in enumerate("abcdef"))]
    assert choose(listed, max_posts=2)[0] == ["a0", "b0"]
    assert choose(listed, max_posts=4)[0] == ["a0", "b0", "c0", "old0"]
    assert choose(listed)[0] == ["a0", "b0", "c0", "old0", "d0", "e0", "f0"]


def test_a_pinned_post_that_is_listed_twice_counts_once() -> None:
    listed = [post("b", 1, pinned=True), post("a", 0), post("b", 1), post("c", 2)]
    assert choose(listed, max_posts=2)[0] == ["a0", "b0"]


def test_an_old_pinned_post_does_not_end_a_listing_by_date() -> None:
    listed = [post("old", 90, pinned=True), post("a", 0), post("b", 1), post("c", 40), post("d", 41)]
    chosen, left_out, asked = choose(listed, cutoff=NEWEST - timedelta(days=30))
    assert (chosen, asked) == (["a0", "b0"], 4)
    assert left_out == ["c0", "old0"]


def test_files_without_a_date_are_never_too_old() -> None:
    assert choose([post("a", None), post("b", None)], cutoff=NEWEST)[0] == ["a0", "b0"]


def test_an_unordered_listing_is_read_whole_for_its_newest_posts() -> None:
    listed = [post(name, age) for name, age in [("d", 3), ("a", 0), ("x", 50), ("c", 2), ("b", 1)]]
    chosen, left_out, asked = choose(listed, newest_first=False, max_posts=2, cutoff=NEWEST - timedelta(days=30))
    assert (chosen, sorted(left_out), asked) == (["a0", "b0"], ["c0", "d0", "x0"], 5)


def test_an_interrupted_listing_counts_on() -> None:
    chosen, _, _ = choose([post("c", 2), post("d", 3)], max_posts=3, chosen_posts={"a", "b"})
    assert chosen == ["c0"]


def test_the_reasons_are_told() -> None:
    selection = Selection(max_posts=1, cutoff=None, newest_first=True)
    [kept] = selection.offer(post("a", 0)[0])
    [over] = selection.offer(post("b", 1)[0])
    assert (kept.skip, over.skip) == (None, SkipReason.OVER_LIMIT)


@given(
    ages=st.lists(st.integers(0, 60), unique=True, max_size=25).map(sorted),
    pinned=st.sets(st.integers(0, 60), max_size=4),
    limit=st.integers(1, 30),
)
def test_with_pinned_posts_on_top_the_newest_are_chosen_all_the_same(
    ages: list[int], pinned: set[int], limit: int
) -> None:
    on_top = [age for age in ages if age in pinned]
    others = [age for age in ages if age not in pinned]
    listed = [post(f"p{age}-", age, pinned=True) for age in on_top] + [post(f"p{age}-", age) for age in others]
    chosen, _, _ = choose(listed, max_posts=limit)
    assert sorted(chosen) == sorted(f"p{age}-0" for age in ages[:limit])


def test_media_of_another_type_do_not_match_and_take_no_posts_place() -> None:
    def of_type(name: str, age: float, kind: MediaType | None) -> list[MediaItem]:
        return [replace(item, media_type=kind) for item in post(name, age)]

    posts = [
        of_type("video", 0, MediaType.VIDEO),
        of_type("picture", 1, MediaType.IMAGE),
        of_type("untold", 2, None),
        of_type("third", 3, MediaType.IMAGE),
    ]
    chosen, left_out, _ = choose(posts, max_posts=2, only=MediaType.IMAGE)
    assert (chosen, left_out) == (["picture0", "untold0"], ["video0", "third0"])
