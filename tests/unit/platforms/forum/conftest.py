"""What the tests of the forum reader share."""

import pytest

from tests.unit.platforms.listing_bench import listing_bench


@pytest.fixture
def bench():
    """A local server with the proxy in front of it."""
    with listing_bench() as made:
        yield made
