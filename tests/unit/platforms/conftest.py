"""What the tests of this room share."""

import pytest

from tests.unit.platforms.listing_bench import listing_bench
from tests.unit.platforms.social_bench import social_bench


@pytest.fixture
def bench():
    """A fake site with the proxy in front of it."""
    with listing_bench() as made:
        yield made


@pytest.fixture
def social(tmp_path, monkeypatch):
    """Instagram and TikTok, stood in for by local servers."""
    with social_bench(tmp_path, monkeypatch.setenv) as made:
        yield made
