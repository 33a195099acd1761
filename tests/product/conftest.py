"""Tests below this folder use the product as its users do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.product.running import Product


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts the product."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.product)


@pytest.fixture
def new_product(tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """Makes installations that are not started yet: ``new_product(MEDIADL_TIME_ZONE="Europe/Berlin")``."""
    made: list[Product] = []

    def make(**variables: str) -> Product:
        product = Product(tmp_path / f"data{len(made)}", variables=variables)
        made.append(product)
        return product

    yield make
    for product in made:
        product.close()


@pytest.fixture
def product(new_product: Callable[..., Product]) -> Product:
    """A running product with a fresh data folder; at the end no process of it may be left."""
    started: Product = new_product()
    started.start()
    return started
