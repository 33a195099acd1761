"""Every test process gets a data folder of its own, before Django reads its settings."""

import atexit
import os
import shutil
import tempfile

import pytest

_data_dir = tempfile.mkdtemp(prefix="mediadl-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["MEDIADL_DATA_DIR"] = _data_dir
os.environ.setdefault("MEDIADL_ENV", "test")
# Local fakes live on loopback; tests of the guard itself set their own networks.
os.environ.setdefault("MEDIADL_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128")


@pytest.fixture(autouse=True)
def _settings_are_read_afresh() -> None:
    """A rolled-back change must not live on in the process's cache of the settings."""
    from mediadl.configuration.selectors import forget_cached_values

    forget_cached_values()
# One process makes the requests of hundreds of users; tests of the limits set their own.
os.environ.setdefault("MEDIADL_RATE_LIMIT_ANON", "1000000")
os.environ.setdefault("MEDIADL_RATE_LIMIT_USER", "1000000")
