"""No near-duplicate is taken for a larger copy, and true larger copies are found."""

import os
import random
from pathlib import Path

import pytest
from PIL import Image

from downloads.upgrade.comparing import Verdict
from downloads.upgrade.hashing import fingerprint, opened
from tests.unit.downloads.upgrade.pairs import Pair, drawn_scene, judged, pairs_of, photographs

PHOTOS = Path(__file__).resolve().parents[5] / "shared" / "inputs" / "photos"
FOUND_SHARE = 0.95


def _judge(pairs: list[Pair]) -> tuple[list[str], float]:
    """The near-duplicates that would replace, and the share of true copies that are found."""
    wrong, found, copies = [], 0, 0
    for pair in pairs:
        near, comparison = judged(pair)
        replaces = near and comparison.verdict is Verdict.BETTER
        if pair.is_copy:
            copies += 1
            found += replaces
        elif replaces:
            wrong.append(f"{pair.kind} {pair.small.size}: {comparison}")
    return wrong, found / copies


def test_drawn_scenes_are_told_apart():
    pairs = list(pairs_of(drawn_scene(0), random.Random(0)))
    wrong, share = _judge(pairs)
    assert wrong == []
    assert share >= FOUND_SHARE


@pytest.mark.skipif(not PHOTOS.is_dir() and os.environ.get("CI") != "true", reason="../shared/inputs is not here")
def test_real_photographs_are_told_apart():
    pairs = [pair for path in photographs(PHOTOS) for pair in pairs_of(Image.open(path), random.Random(path.name))]
    wrong, share = _judge(pairs)
    assert wrong == []
    assert share >= FOUND_SHARE


def test_a_turned_picture_is_compared_as_it_is_shown(tmp_path):
    scene = drawn_scene(3, 480)
    upright, turned = tmp_path / "upright.jpg", tmp_path / "turned.jpg"
    scene.save(upright)
    exif = Image.Exif()
    exif[0x0112] = 6
    scene.transpose(Image.Transpose.ROTATE_90).save(turned, exif=exif)
    assert opened(turned).size == scene.size
    one, other = fingerprint(upright), fingerprint(turned)
    assert (one["width"], one["height"]) == (other["width"], other["height"]) == scene.size
    assert bin(int(one["phash"], 16) ^ int(other["phash"], 16)).count("1") <= 2
