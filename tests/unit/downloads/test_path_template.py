"""Where new files go: as the template says, one file a path, never outside the folder."""

import pytest

from downloads.naming import file_name, numbered_name
from downloads.path_template import DEFAULT_TEMPLATE, place_of, preview, template_problem
from downloads.placing import place_files
from mediadl.configuration import services as configuration
from tests.unit.downloads.builders import POST_DATE, media_item, picture_bytes, store_request

VALUES = {
    "collection": "fastdl", "platform": "instagram", "downloader": "fastdl", "source": "evalongoria",
    "content_type": "post", "media_id": "123456789",
}  # fmt: skip


def test_the_default_is_the_documented_path():
    assert preview(DEFAULT_TEMPLATE) == "fastdl/evalongoria/evalongoria_20251012_141523_123456789.jpg"
    assert template_problem(DEFAULT_TEMPLATE) is None


@pytest.mark.parametrize("source", ["eva", "a/b", "..", "x" * 300, "CON", "名" * 60])
@pytest.mark.parametrize("media_id", ["1", "a/../b", "9" * 200])
def test_the_default_gives_the_same_names_as_ever(source, media_id):
    place = place_of(DEFAULT_TEMPLATE, VALUES | {"source": source, "media_id": media_id}, POST_DATE)
    name = numbered_name(place.stem, place.whole, "jpg", 2)
    assert name == file_name(source=source, moment=POST_DATE, media_id=media_id, extension="jpg", number=2)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{collection}/{source}_{date}", "media_id"),
        ("{source}/{media_id}", "collection"),
        ("{media_id}/{collection}", "last part"),
        ("/{collection}/{media_id}", "slash"),
        ("../{collection}/{media_id}", "upwards"),
        ("{collection}/../../{media_id}", "upwards"),
        ("{collection}//{media_id}", "empty"),
        (".partial/{collection}/{media_id}", "dot"),
        ("{collection}\\{media_id}", "must not"),
        ("{collection}/{nonsense}_{media_id}", "no {nonsense}"),
        ("{collection}/{media_id", "brace"),
        ("a/b/c/d/e/f/g/{collection}_{media_id}", "folders"),
        ("", "empty"),
    ],
)
def test_what_could_collide_or_escape_is_refused(template, words):
    assert words in (template_problem(template) or "")
    with pytest.raises(ValueError, match=r"."):
        preview(template)


@pytest.mark.parametrize("evil", ["../../etc", "/etc/passwd", "..", ".partial", "a\x00b", "\u202etxt"])
def test_no_value_leads_elsewhere(evil):
    values = dict.fromkeys(VALUES, evil)
    place = place_of("{collection}/{source}/{platform}_{media_id}", values, POST_DATE)
    parts = [*place.parents, numbered_name(place.stem, place.whole, "jpg")]
    assert all(part and "/" not in part and not part.startswith(".") for part in parts)


@pytest.mark.django_db(transaction=True)
def test_new_files_go_where_the_template_says(tmp_path):
    configuration.change({"general": {"path_template": "{platform}/{year}/{month}/{source}-{media_id}"}}, user=None)
    (placed,) = place_files([store_request(tmp_path, picture_bytes(), media_item("77"))])
    assert placed.path == "instagram/2025/10/evalongoria-77.jpg"
    assert (tmp_path / placed.path).read_bytes() == picture_bytes()
