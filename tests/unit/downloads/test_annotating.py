"""Tags and notes that somebody made to do harm."""

import pytest

from downloads.annotations.selectors import annotations_of
from downloads.annotations.services import annotate
from mediadl.api.errors import InvalidFieldsError
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db


def test_a_note_keeps_its_lines_and_no_character_that_a_database_refuses():
    (download,) = add_downloads(1)
    annotate(download_id=download.pk, note="one\x00\x1b[31m\ntwo\t<b>")
    assert annotations_of(download.pk)["note"] == "one[31m\ntwo\t<b>"


@pytest.mark.parametrize("tag", ["a\x00b", "\u202egpj", "x" * 61])
def test_a_tag_that_cannot_be_seen_as_it_is_is_refused(tag):
    (download,) = add_downloads(1)
    with pytest.raises(InvalidFieldsError):
        annotate(download_id=download.pk, tags=[tag])
