"""The folder in which yt-dlp works goes with its partial file."""

from downloads.partial import discard_partials_of, hold_partial, remove_stale_partials
from platforms.fetching import working_folder


def with_leftovers(root, key: str):
    partial = hold_partial(root, key, 1)
    folder = working_folder(partial.path)
    folder.mkdir()
    (folder / "media.mp4.part-Frag3").write_bytes(b"half")
    return partial, folder


def test_discarding_the_partial_file_removes_it(tmp_path):
    partial, folder = with_leftovers(tmp_path, "abc")
    partial.discard()
    partial.close()
    assert not folder.exists()


def test_a_deleted_item_leaves_none(tmp_path):
    partial, folder = with_leftovers(tmp_path, "abc")
    partial.close()
    discard_partials_of(tmp_path, {"abc"})
    assert not folder.exists()


def test_stale_ones_go_at_start_but_held_and_needed_ones_stay(tmp_path):
    stale, stale_folder = with_leftovers(tmp_path, "stale")
    stale.close()
    needed, needed_folder = with_leftovers(tmp_path, "needed")
    needed.close()
    held, held_folder = with_leftovers(tmp_path, "held")
    remove_stale_partials(tmp_path, {"needed"})
    held.close()
    assert [folder.exists() for folder in (stale_folder, needed_folder, held_folder)] == [False, True, True]
