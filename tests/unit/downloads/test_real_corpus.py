"""121 real files of all kinds end right. Runs where ``../shared/inputs`` is (it builds them from packages)."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from downloads.verification import Verifier
from mediadl.media import MediaError, MediaType

INPUTS = Path(__file__).resolve().parents[3].parent / "shared" / "inputs"
MAKER = INPUTS / "make_corpus.py"
# Decodable although odd: a browser shows them whole, so they are stored.
GOOD_AFTER_ALL = {
    "Garden_tail_garbage.jpg",
    "hopper_bad_exif.jpg",
    "invalid-exif.jpg",
    "png_named.jpg",
    "sugarshack_bad_mpo_header.jpg",
    "truncated_app14.jpg",
}
UNVERIFIED = {"200MP.heic", "bomb_30000x30000.png"}
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif", "HEIF": "heic"}
MEMORY_BYTES = 400 * 1024 * 1024

pytestmark = [
    pytest.mark.skipif(not MAKER.is_file() and os.environ.get("CI") != "true", reason="../shared/inputs is not here"),
    pytest.mark.timeout(900),  # the first run on a machine fetches the packages
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The corpus, made once for the machine (packages are kept between runs)."""
    folder = Path(os.environ.get("MEDIADL_TEST_CORPUS", "") or tmp_path_factory.getbasetemp().parent / "corpus")
    manifest = folder / "out" / "MANIFEST.json"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes that run side by side make it once
        if not manifest.is_file():
            command = [sys.executable, str(MAKER), str(folder / "out"), str(folder / "cache")]
            subprocess.run(command, check=True, capture_output=True, timeout=800)
    return folder / "out", json.loads(manifest.read_text())


@pytest.fixture(scope="module")
def verdicts(corpus):
    """What became of each file: its verdict or the code of its refusal; and the children's largest size."""
    folder, manifest = corpus
    verifier = Verifier()
    found = {}
    try:
        for entry in manifest:
            try:
                found[entry["path"]] = verifier.verify(folder / entry["path"], thumbnail_to=folder / "thumb.jpg")
            except MediaError as error:
                found[entry["path"]] = error.code
        sizes = [_largest_size(pid) for pid in verifier.child_pids()]
    finally:
        verifier.close()
    return found, max(sizes)


def _largest_size(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_every_photo_is_stored_with_its_size_and_a_thumbnail(corpus, verdicts):
    for entry in corpus[1]:
        if entry["kind"] not in {"photos", "animated"}:
            continue
        verdict = verdicts[0][entry["path"]]
        assert not isinstance(verdict, str), (entry["path"], verdict)
        assert (verdict.width, verdict.height) == (entry["width"], entry["height"]), entry["path"]
        assert verdict.extension == EXTENSIONS[entry["format"]], entry["path"]
        assert (verdict.has_thumbnail, verdict.unverified) == (True, False), entry["path"]


def test_every_video_is_stored_with_its_length_and_a_thumbnail(corpus, verdicts):
    for entry in corpus[1]:
        if entry["kind"] == "video":
            verdict = verdicts[0][entry["path"]]
            assert not isinstance(verdict, str), (entry["path"], verdict)
            assert verdict.media_type is MediaType.VIDEO
            assert verdict.width
            assert verdict.duration_seconds > 1
            assert verdict.has_thumbnail


def test_every_broken_file_is_refused(corpus, verdicts):
    for entry in corpus[1]:
        if entry["kind"] == "broken":
            name = Path(entry["path"]).name
            verdict = verdicts[0][entry["path"]]
            assert (not isinstance(verdict, str)) == (name in GOOD_AFTER_ALL), (name, verdict)
            if name in {"zero.jpg", "empty.heic"}:
                assert verdict == "EMPTY_FILE"
            if name == "html_login.jpg":
                assert verdict == "NOT_MEDIA"


def test_no_bomb_goes_off(corpus, verdicts):
    found, largest = verdicts
    for entry in corpus[1]:
        if entry["kind"] == "bomb":
            name, verdict = Path(entry["path"]).name, found[entry["path"]]
            assert isinstance(verdict, str) or verdict.unverified == (name in UNVERIFIED), (name, verdict)
    assert largest < MEMORY_BYTES
