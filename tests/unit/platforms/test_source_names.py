"""User names and labels: what they may be."""

import pytest

from platforms import registry
from platforms.contract import SourceError


@pytest.mark.parametrize(
    ("platform", "text", "clean"),
    [
        ("instagram", "@eva.longoria_1", "eva.longoria_1"),
        ("instagram", "a", "a"),
        ("instagram", "a" * 30, "a" * 30),
        ("tiktok", "@ab", "ab"),
        ("tiktok", "a" * 24, "a" * 24),
        ("web", " example.org ", "example.org"),
        ("forum", "Böse Namen & mehr", "Böse Namen & mehr"),
        ("web", "cafe\u0301", "café"),
        ("web", "x" * 120, "x" * 120),
    ],
)
def test_a_good_name_is_made_canonical(platform, text, clean):
    assert registry.get(platform).clean_source(text) == clean


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("instagram", ""),
        ("instagram", "@"),
        ("instagram", "@@eva"),
        ("instagram", "a" * 31),
        ("instagram", "eva longoria"),
        ("instagram", "évà"),
        ("instagram", "eva\n"),
        ("instagram", "../etc"),
        ("tiktok", "a"),
        ("tiktok", "a" * 25),
        ("web", ""),
        ("web", "   "),
        ("web", "a/b"),
        ("web", "a\\b"),
        ("web", "a\x00b"),
        ("web", "a\u202eb"),
        ("web", "x" * 121),
        ("forum", "a\ud800"),
    ],
)
def test_a_bad_name_is_refused_with_the_rule(platform, text):
    with pytest.raises(SourceError) as caught:
        registry.get(platform).clean_source(text)
    assert len(str(caught.value)) > 20
