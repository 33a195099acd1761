"""What the tests of this room share."""

import pytest

from tests.unit.platforms.listing_bench import listing_bench


@pytest.fixture
def bench():
    """A fake site with the proxy in front of it."""
    with listing_bench() as made:
        yield made
