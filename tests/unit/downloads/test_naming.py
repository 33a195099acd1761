"""Whatever comes from outside becomes one safe part of a path."""

import os
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downloads.naming import MAX_PART_BYTES, collection_of, file_name, safe_part

ANY_TEXT = st.one_of(
    st.text(max_size=400),
    st.text(alphabet=st.sampled_from('./\\ a\0\u202e\u200b\u0301é:*"CONnulüñ\ud800漢'), max_size=80),
)
MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def is_safe(part):
    """The rules of security.md, read one by one."""
    assert part
    assert unicodedata.normalize("NFC", part) == part
    assert not set(part) & set('/\\<>:"|?*\0')
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in part)
    assert not part.startswith(".")
    assert part == part.strip(" ")
    assert not part.endswith(".")
    assert len(part.encode()) <= MAX_PART_BYTES
    stem = part.split(".")[0].upper()
    assert stem not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@given(ANY_TEXT)
def test_any_text_becomes_a_safe_part(text):
    part = safe_part(text)
    is_safe(part)
    assert safe_part(part) == part


@given(ANY_TEXT, MOMENTS, ANY_TEXT, st.integers(1, 999))
def test_any_file_name_is_safe_and_stays_in_its_folder(source, moment, media_id, number):
    name = file_name(source=source, moment=moment, media_id=media_id, extension="jpg", number=number)
    is_safe(name)
    assert name.endswith(f"-{number}.jpg" if number > 1 else ".jpg")
    folder = os.path.join("/media", safe_part(source))  # noqa: PTH118 - the plain joining is what is tested
    assert os.path.normpath(os.path.join(folder, name)) == f"{folder}/{name}"  # noqa: PTH118
    assert folder.startswith("/media/")


@given(st.text(alphabet="ab", min_size=150, max_size=300), st.text(alphabet="ab", min_size=150, max_size=300))
def test_long_texts_that_differ_get_parts_that_differ(one, other):
    assert (safe_part(one) == safe_part(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("evalongoria", "evalongoria"),
        ("HQ Celeb Corner", "HQ Celeb Corner"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "_"),
        ("", "_"),
        (".hidden", "hidden"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("e\u0301", "é"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("COM1", "_COM1"),
        ("name. ", "name"),
        ("C:\\x", "C__x"),
        ("写真 📷", "写真 📷"),
    ],
)
def test_examples(text, part):
    assert safe_part(text) == part


def test_the_file_name_of_the_specification():
    moment = datetime(2025, 10, 12, 16, 15, 23, tzinfo=timezone(timedelta(hours=2)))
    name = file_name(source="evalongoria", moment=moment, media_id="123456789", extension="jpg")
    assert name == "evalongoria_20251012_141523_123456789.jpg"


def test_a_third_party_downloader_has_a_collection_of_its_own():
    assert collection_of("instagram", True, "fastdl") == "fastdl"
    assert collection_of("instagram", False, "gallery-dl") == "instagram"
