"""Run as a script: ``child_start.py PARENT ARGV...`` becomes ARGV, and dies when its parent does.

Nothing of the product is imported here: it runs with Python's own modules only (``-I -S``).
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CANNOT_START = 127


def main() -> None:
    """Ask the kernel for the signal, and become the program."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(_CANNOT_START)
    # Python ignores these; a program expects the system's own behaviour.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - becoming another program is what this is for
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        os._exit(_CANNOT_START)


main()
