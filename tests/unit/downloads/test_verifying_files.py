"""Good files pass with their type, size and length; broken, foreign and hostile ones do not."""

import io
import os
import signal
import struct
import zlib

import pytest
from PIL import Image

from downloads.verification import Verifier
from mediadl.media import FailureKind, MediaError, MediaType
from tests.unit.downloads.media_files import CONTAINERS, made_by_ffmpeg, noisy_picture, saved


@pytest.fixture(scope="module")
def verifier():
    """One for all tests, as a drain has one for all files."""
    shared = Verifier()
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def containers(tmp_path_factory):
    """A file of each container, made once."""
    folder = tmp_path_factory.mktemp("containers")
    return {kind: made_by_ffmpeg(kind, folder) for kind in CONTAINERS}


@pytest.fixture
def verify(verifier, tmp_path):
    """Verify bytes as a partial file; the thumbnail goes to ``thumb.jpg``."""

    def check(data):
        path = tmp_path / "x.part"
        path.write_bytes(data)
        return verifier.verify(path, thumbnail_to=tmp_path / "t" / "thumb.jpg")

    return check


def refusal(verify, data):
    """The code and kind with which bytes are refused."""
    with pytest.raises(MediaError) as refused:
        verify(data)
    assert "/" not in refused.value.detail
    return refused.value.code, refused.value.kind


PICTURES = [
    ("JPEG", "jpg", "image/jpeg"),
    ("PNG", "png", "image/png"),
    ("GIF", "gif", "image/gif"),
    ("WEBP", "webp", "image/webp"),
    ("AVIF", "avif", "image/avif"),
    ("HEIF", "heic", "image/heic"),
]


@pytest.mark.parametrize(("image_format", "extension", "mime"), PICTURES)
def test_a_picture_passes_with_its_size_and_a_thumbnail(verify, tmp_path, image_format, extension, mime):
    verified = verify(saved(noisy_picture(), image_format))
    assert (verified.media_type, verified.extension, verified.mime) == (MediaType.IMAGE, extension, mime)
    assert (verified.width, verified.height) == (400, 300)
    assert verified.has_thumbnail
    assert not verified.unverified
    with Image.open(tmp_path / "t" / "thumb.jpg") as thumbnail:
        assert thumbnail.size == (320, 240)
        assert thumbnail.format == "JPEG"


@pytest.mark.parametrize("image_format", [row[0] for row in PICTURES])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_cut_picture_is_refused(verify, image_format, share):
    data = saved(noisy_picture(), image_format)
    code, kind = refusal(verify, data[: int(len(data) * share)])
    assert code in {"TRUNCATED", "DAMAGED"}
    assert kind is FailureKind.TRANSIENT


@pytest.mark.parametrize("image_format", ["GIF", "WEBP"])
def test_an_animation_cut_after_its_first_frame_is_refused(verify, image_format):
    frames = [noisy_picture().rotate(turn) for turn in (0, 90, 180)]
    data = saved(frames[0], image_format, save_all=True, append_images=frames[1:])
    assert verify(data).has_thumbnail
    assert refusal(verify, data[: int(len(data) * 0.7)])[0] == "TRUNCATED"


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_container_passes_with_its_size_and_length(verify, tmp_path, containers, kind):
    verified = verify(containers[kind].read_bytes())
    audio = kind in {"mp3", "m4a", "ogg", "flac"}
    assert verified.media_type is (MediaType.AUDIO if audio else MediaType.VIDEO)
    assert verified.extension == kind.rsplit(".", 1)[-1]
    assert (verified.width, verified.height) == ((None, None) if audio else (320, 180))
    if kind in {"fragmented.mp4", "live.mkv"}:  # these need not say it
        assert verified.duration_seconds is None or verified.duration_seconds == pytest.approx(2, abs=0.3)
    else:
        assert verified.duration_seconds == pytest.approx(2, abs=0.3)
    assert verified.has_thumbnail is not audio
    assert (tmp_path / "t" / "thumb.jpg").exists() is not audio


@pytest.mark.parametrize("kind", ["mp4", "mov", "faststart.mp4", "fragmented.mp4", "mkv", "webm", "avi", "mp3", "ogg"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_cut_container_is_refused(verify, containers, kind, share):
    data = containers[kind].read_bytes()
    assert refusal(verify, data[: int(len(data) * share)]) == ("TRUNCATED", FailureKind.TRANSIENT)


def test_an_empty_file_is_refused(verify):
    assert refusal(verify, b"") == ("EMPTY_FILE", FailureKind.TRANSIENT)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><title>Log in</title>",
        b"\n\n <html><body>gone</body>",
        b"\xef\xbb\xbf<?xml version='1.0'?><error/>",
        b'{"error": "expired"}',
        b"[1, 2]",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><!-- x --><svg/>",
        b"Not found",
        bytes(range(200, 256)) * 20,
    ],
)
def test_what_is_no_media_is_never_stored(verify, data):
    assert refusal(verify, data) == ("NOT_MEDIA", FailureKind.REFUSED)


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "ICO"])
def test_other_picture_formats_are_not_allowed(verify, image_format):
    picture = noisy_picture() if image_format != "ICO" else noisy_picture((64, 64))
    assert refusal(verify, saved(picture, image_format)) == ("TYPE_NOT_ALLOWED", FailureKind.REFUSED)


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"PK\x03\x04....", b"MZ......", b"RIFF\x10\0\0\0WAVEfmt "])
def test_other_files_are_not_allowed(verify, data):
    assert refusal(verify, data)[0] == "TYPE_NOT_ALLOWED"


def test_markup_dressed_as_a_picture_is_damaged(verify):
    assert refusal(verify, b"GIF89a=1;/*<html><script>alert(1)</script>*/")[0] in {"DAMAGED", "TRUNCATED"}


def test_an_empty_pixel_stands_for_a_removed_picture(verify):
    assert refusal(verify, saved(Image.new("RGB", (1, 1)), "GIF")) == ("PLACEHOLDER", FailureKind.GONE)


def test_bytes_decide_not_the_name(verifier, tmp_path):
    path = tmp_path / "named.jpg"
    path.write_bytes(saved(noisy_picture(), "PNG"))
    assert verifier.verify(path, thumbnail_to=None).extension == "png"


def test_trailing_rubbish_after_a_whole_picture_does_not_matter(verify):
    assert verify(saved(noisy_picture(), "JPEG") + b"\r\n<!-- cdn -->" * 5).has_thumbnail


def test_the_thumbnail_is_turned_as_the_camera_was(verify, tmp_path):
    picture = noisy_picture((400, 200))
    exif = picture.getexif()
    exif[0x0112] = 6
    verified = verify(saved(picture, "JPEG", exif=exif))
    assert (verified.width, verified.height) == (400, 200)
    with Image.open(tmp_path / "t" / "thumb.jpg") as thumbnail:
        assert thumbnail.size == (160, 320)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_kind_of_png_gets_a_thumbnail(verify, mode):
    picture = Image.new("I;16", (400, 300), 30000) if mode == "I;16" else noisy_picture().convert(mode)
    assert verify(saved(picture, "PNG")).has_thumbnail


def test_a_cmyk_jpeg_gets_a_thumbnail(verify):
    assert verify(saved(noisy_picture((400, 300), "CMYK"), "JPEG")).has_thumbnail


def png_bomb(side):
    """Very many pixels in very few bytes."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 2)
    body = b"".join(packer.compress(row) for _n in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def resident_bytes(verifier):
    """The largest resident size of the verifier's children so far."""
    sizes = []
    for pid in verifier.child_pids():
        with open(f"/proc/{pid}/status") as status:  # noqa: PTH123
            sizes += [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
    return max(sizes)


def test_a_picture_above_the_pixel_limit_is_stored_unverified_without_being_decoded(tmp_path):
    verifier = Verifier(children=1)
    try:
        path = tmp_path / "bomb.part"
        path.write_bytes(png_bomb(30000))
        verified = verifier.verify(path, thumbnail_to=tmp_path / "t.jpg")
        assert (verified.unverified, verified.has_thumbnail) == (True, False)
        assert (verified.width, verified.height) == (30000, 30000)
        assert resident_bytes(verifier) < 80 * 1024 * 1024
        path.write_bytes(png_bomb(30000)[:-20])
        with pytest.raises(MediaError, match="TRUNCATED"):
            verifier.verify(path, thumbnail_to=None)
    finally:
        verifier.close()


def test_a_link_is_not_followed(verifier, tmp_path):
    target = tmp_path / "real.jpg"
    target.write_bytes(saved(noisy_picture(), "JPEG"))
    link = tmp_path / "link.part"
    link.symlink_to(target)
    with pytest.raises(MediaError) as refused:
        verifier.verify(link, thumbnail_to=None)
    assert refused.value.code == "UNREADABLE"


def test_a_child_that_is_killed_is_replaced(tmp_path):
    verifier = Verifier(children=1)
    try:
        path = tmp_path / "x.part"
        path.write_bytes(saved(noisy_picture(), "JPEG"))
        verifier.verify(path, thumbnail_to=None)
        [before] = verifier.child_pids()
        os.kill(before, signal.SIGKILL)
        assert verifier.verify(path, thumbnail_to=None).width == 400
        assert verifier.child_pids() != [before]
    finally:
        verifier.close()


def test_a_file_that_takes_too_long_is_refused_and_its_child_replaced(tmp_path):
    verifier = Verifier(children=1, wall_seconds=0.5)
    try:
        fifo = tmp_path / "never.part"
        os.mkfifo(fifo)  # opening it waits for a writer that never comes
        with pytest.raises(MediaError) as refused:
            verifier.verify(fifo, thumbnail_to=None)
        assert (refused.value.code, refused.value.kind) == ("UNDECODABLE", FailureKind.REFUSED)
        path = tmp_path / "x.part"
        path.write_bytes(saved(noisy_picture(), "JPEG"))
        verifier.wall_seconds = 30
        assert verifier.verify(path, thumbnail_to=None).width == 400
    finally:
        verifier.close()


def test_closing_ends_the_children(tmp_path):
    verifier = Verifier(children=2)
    path = tmp_path / "x.part"
    path.write_bytes(saved(noisy_picture(), "JPEG"))
    verifier.verify(path, thumbnail_to=None)
    pids = verifier.child_pids()
    verifier.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_flipped_bytes_never_end_a_child(verifier, tmp_path, containers, kind):
    """Whatever stands in a container, there is an answer: a verdict or a refusal."""
    data = containers[kind].read_bytes()
    path = tmp_path / "x.part"
    for at in range(0, min(len(data), 4000), 13):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        path.write_bytes(changed)
        try:
            verifier.verify(path, thumbnail_to=None)
        except MediaError as error:
            assert error.code != "UNDECODABLE"  # noqa: PT017 - both ways are right, this one is not


def test_a_thumbnail_file_is_never_half_written(verify, tmp_path):
    verify(saved(noisy_picture(), "JPEG"))
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["thumb.jpg"]
    Image.open(io.BytesIO((tmp_path / "t" / "thumb.jpg").read_bytes())).load()


def test_several_files_are_asked_about_at_once(verifier, tmp_path):
    good, cut, small = (tmp_path / name for name in ("good.part", "cut.part", "small.part"))
    good.write_bytes(saved(noisy_picture(), "JPEG"))
    cut.write_bytes(saved(noisy_picture(), "JPEG")[:-500])
    small.write_bytes(saved(noisy_picture((120, 90)), "PNG"))
    first, second, third = verifier.verify_all([(good, tmp_path / "1.jpg"), (cut, tmp_path / "2.jpg"), (small, None)])
    assert (first.width, first.has_thumbnail) == (400, True)
    assert (second.code, second.kind) == ("TRUNCATED", FailureKind.TRANSIENT)
    assert (third.width, third.has_thumbnail) == (120, False)
    assert {path.name for path in tmp_path.glob("*.jpg")} == {"1.jpg"}


def test_a_file_that_ends_the_child_harms_none_that_was_asked_about_with_it(tmp_path):
    verifier = Verifier(children=1, wall_seconds=1)
    try:
        good, fifo = tmp_path / "good.part", tmp_path / "never.part"
        good.write_bytes(saved(noisy_picture(), "JPEG"))
        os.mkfifo(fifo)  # opening it waits for a writer that never comes
        before, hung, after = verifier.verify_all([(good, None), (fifo, None), (good, None)])
        assert hung.code == "UNDECODABLE"
        assert before.width == after.width == 400
    finally:
        verifier.close()
