"""The installation's own secrets, made at the first start into the data folder with mode 0600."""

import os
import secrets
from pathlib import Path

KEY_BYTES = 48


def load_or_create_key(path: Path) -> str:
    """Return the key in ``path``; make it first, readable by the owner only, if it is not there.

    Two processes that start at once agree on one key: it is written to a file of the process's
    own, synced, and linked into place, so the name never shows an empty or half-written key.

    Raises:
        OSError: the folder cannot be written, or the file cannot be read.
    """
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_urlsafe(KEY_BYTES).encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was faster: its key is the installation's
    finally:
        fresh.unlink()
    return path.read_text("ascii").strip()
