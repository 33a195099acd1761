"""What every test relies on; the environment is made in tests/settings.py."""

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """A rolled-back change must not live on in the process's memories of settings and counts."""
    from downloads.selectors.counting import forget_counts
    from downloads.selectors.statistics import forget_sums
    from mediadl.configuration.selectors import forget_cached_values
    from mediadl.logs.searching import forget_searches

    forget_cached_values()
    forget_counts()
    forget_sums()
    forget_searches()
