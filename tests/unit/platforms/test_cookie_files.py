"""Cookie files of programs: private while they are used, and gone, also after a kill."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from mediadl.net.cookies import Cookie
from platforms.cookie_files import cookies_file, remove_left_cookies

SECRET = "l3ft-b3hind"
_HOLDER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from django.conf import settings
settings.configure(RUN_DIR=sys.argv[1])
from mediadl.net.cookies import Cookie
from platforms.cookie_files import cookies_file
with cookies_file((Cookie("example.org", "sid", sys.argv[2]),)) as path:
    print(path, flush=True)
    sys.stdin.read()
"""


def holder() -> tuple["subprocess.Popen[str]", Path]:
    """Another process that uses a file now."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(settings.RUN_DIR), SECRET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_goes_and_what_another_one_uses_stays():
    killed, left = holder()
    living, used = holder()
    try:
        assert SECRET in left.read_text()
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert left.exists(), "the kill left it behind"
        assert remove_left_cookies() == 1
        assert not left.parent.exists()
        assert SECRET in used.read_text()
    finally:
        living.communicate("")
    assert not used.parent.exists()


def test_the_next_file_takes_the_left_one_away():
    killed, left = holder()
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    with cookies_file((Cookie("example.org", "sid", "x"),)) as path:
        assert not left.parent.exists()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
