"""The scale of this run, installations of the product, and the table at the end."""

import pytest

from tests.product.conftest import new_product
from tests.soak.measuring import FIGURES, Figures, Scale
from tests.unit.queue_app.conftest import folder

__all__ = ["folder", "new_product"]


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> Scale:
    """Small in ``make test``; what ``--soak`` and ``--times`` say in ``make soak``."""
    return Scale(request.config.getoption("--soak"), request.config.getoption("--times"))


@pytest.fixture
def figures() -> Figures:
    """Where the test writes down what it saw."""
    return FIGURES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument ``repeat`` is run as often as ``--times`` says, 20 times in a full run."""
    if "repeat" in metafunc.fixturenames:
        config = metafunc.config
        repeats = Scale(config.getoption("--soak"), config.getoption("--times")).repeats(20)
        metafunc.parametrize("repeat", range(repeats))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of this run as a Markdown table."""
    if FIGURES.rows or FIGURES.tallies:
        terminalreporter.write_line("")
        terminalreporter.write_line(FIGURES.markdown())
