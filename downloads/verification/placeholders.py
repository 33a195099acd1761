"""Small pictures that sites send, with a success status, in place of a removed one."""

import hashlib

from downloads.verification.media import RefusedFileError
from downloads.verification.window import Window

_MAX_BYTES = 16 * 1024  # all known ones are smaller, so larger files are not hashed
# MD5 names the file, it protects nothing; these values are how the sites' users know them.
_KNOWN_MD5 = {
    "d835884373f4d6c8f24742ceabe74946": "Imgur",  # removed.png, 161x81
    "e2ddfee11ae7edcae257da47f3a78a70": "YouTube",  # the grey default picture, 120x90
}


def refuse_placeholder(window: Window) -> None:
    """Raise ``PLACEHOLDER`` for a file that is known to mean "removed"."""
    if len(window) > _MAX_BYTES:
        return
    digest = hashlib.md5(window.read(0, _MAX_BYTES), usedforsecurity=False).hexdigest()
    if site := _KNOWN_MD5.get(digest):
        raise RefusedFileError("PLACEHOLDER", f"{site} sent its picture for removed files; the file is gone there.")
