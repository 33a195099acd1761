"""Ten minutes of 200 sockets and 20 requests a second on one web process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.bench_events import check_memory_and_events
from tests.product.running import Product


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The product, running."""
    running = Product(tmp_path / "data")
    running.start()
    yield running
    running.close()


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_memory_stays_and_no_event_is_lost_in_ten_minutes(product: Product, tmp_path: Path):
    check_memory_and_events(product, tmp_path, minutes=10)
