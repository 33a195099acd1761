"""The corpus has every allowed format, opens, and its broken files do not."""

import pillow_heif
import pytest
from PIL import Image

from tests.fakes.corpus import make_broken, make_corpus

PICTURES = {".jpg", ".png", ".gif", ".webp", ".avif", ".heic"}
STREAMS = {".mp4", ".mov", ".webm", ".mkv", ".avi", ".mp3", ".m4a", ".ogg", ".flac"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("corpus")


def test_has_at_least_forty_files_of_every_allowed_format_and_makes_them_once(folder):
    files = make_corpus(folder / "good")
    assert len(files) >= 40
    assert {path.suffix for path in files} == PICTURES | STREAMS
    assert len({path.read_bytes() for path in files}) == len(files)
    times = [path.stat().st_mtime_ns for path in files]
    assert [path.stat().st_mtime_ns for path in make_corpus(folder / "good")] == times
    pillow_heif.register_heif_opener()
    for path in files:
        if path.suffix in PICTURES:
            with Image.open(path) as image:
                image.load()


def test_broken_files_are_broken(folder):
    make_corpus(folder / "good")
    broken = {path.name: path for path in make_broken(folder / "broken", folder / "good")}
    assert broken["empty.jpg"].stat().st_size == 0
    assert broken["bomb.png"].stat().st_size < 1_000_000
    for name in ("cut-60.jpg", "cut-50.png", "cut-50.webp"):
        with pytest.raises(OSError, match=r"."), Image.open(broken[name]) as image:
            image.load()
