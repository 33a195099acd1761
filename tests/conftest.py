"""What every test relies on; the environment is made in tests/settings.py."""

import pytest


@pytest.fixture(autouse=True)
def _settings_are_read_afresh() -> None:
    """A rolled-back change must not live on in the process's cache of the settings."""
    from mediadl.configuration.selectors import forget_cached_values

    forget_cached_values()
