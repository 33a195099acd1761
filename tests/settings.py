"""The product's settings in a data folder of the test process's own.

pytest-django reads the settings before any conftest runs, so the environment is made here.
"""

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="mediadl-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["MEDIADL_DATA_DIR"] = _data_dir
os.environ.setdefault("MEDIADL_ENV", "test")
# Local fakes live on loopback; tests of the guard itself set their own networks.
os.environ.setdefault("MEDIADL_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128")
# One process makes the requests of hundreds of users; tests of the limits set their own.
os.environ.setdefault("MEDIADL_RATE_LIMIT_ANON", "1000000")
os.environ.setdefault("MEDIADL_RATE_LIMIT_USER", "1000000")

from mediadl.settings import *  # noqa: E402, F403

os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"  # what child processes are to read
