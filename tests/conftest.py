"""What every test relies on; the environment is made in tests/settings.py."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of ``make soak``: without them each kind of breakage is done once, small."""
    group = parser.getgroup("soak")
    group.addoption("--soak", type=float, default=None, metavar="SCALE", help="run the multiples; 1 is their full size")
    group.addoption("--times", type=int, default=None, metavar="N", help="how often each point or server is repeated")


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """A rolled-back change must not live on in the process's memories of settings and counts."""
    from downloads.selectors.counting import forget_counts
    from downloads.selectors.statistics import forget_sums
    from mediadl.configuration.selectors import forget_cached_values
    from mediadl.logs.searching import forget_searches
    from platforms.access_store import forget_known_sites

    forget_cached_values()
    forget_counts()
    forget_known_sites()
    forget_sums()
    forget_searches()
