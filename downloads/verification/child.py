"""The verification child: ``python -m downloads.verification.child PARENT_PID``.

Reads one JSON line for each file from its standard input and answers with one line. It never
loads Django: it starts in a tenth of a second and stays small. What it opens comes from strangers,
so its memory, its CPU time for each file and the size of what it writes are limited, and it ends
with its parent.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from downloads.verification.file_check import check_file
from downloads.verification.media import CPU_SECONDS, MEMORY_BYTES, RefusedFileError

_PR_SET_PDEATHSIG = 1
_MAX_WRITTEN_BYTES = 8 * 1024 * 1024  # thumbnails only
_MAX_OPEN_FILES = 64
_NICENESS = 10  # pages and answers come first where the processors are busy


def main() -> None:
    """Answer requests until the parent closes the pipe or dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        return  # the parent died before it could be watched
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_WRITTEN_BYTES, _MAX_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = sys.stdout.buffer
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")
        answers.flush()


def _allow_cpu_time() -> None:
    """The limit counts the whole process's time, so each file gets its share on top of what was used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    _allow_cpu_time()
    try:
        return _TASKS[request.get("task", "verify")](request)
    except RefusedFileError as refusal:
        return {"code": refusal.code, "detail": refusal.detail}
    except OSError as error:
        return {"code": "UNREADABLE", "detail": error.strerror or type(error).__name__}
    except MemoryError:
        return {"code": "UNDECODABLE", "detail": "The file needs more memory than a media file may."}
    except Exception as error:
        return {"code": "DAMAGED", "detail": f"The file is damaged: it cannot be read ({type(error).__name__})."}


def _verify(request: dict[str, Any]) -> dict[str, Any]:
    thumbnail = request["thumbnail"]
    return {"verified": asdict(check_file(Path(request["path"]), Path(thumbnail) if thumbnail else None))}


def _fingerprint(request: dict[str, Any]) -> dict[str, Any]:
    from downloads.upgrade.hashing import fingerprint  # most children never compare

    return {"fingerprint": fingerprint(Path(request["path"]))}


def _compare(request: dict[str, Any]) -> dict[str, Any]:
    from downloads.upgrade.comparing import compare_files

    return {"comparison": compare_files(Path(request["small"]), Path(request["large"]))}


def _each(request: dict[str, Any]) -> dict[str, Any]:
    return {"answers": [_answer(one) for one in request["requests"]]}


_TASKS = {"each": _each, "verify": _verify, "fingerprint": _fingerprint, "compare": _compare}


if __name__ == "__main__":
    main()
