"""Whether a folder may be the ``download_directory``."""

import os
import tempfile
from pathlib import Path

from django.conf import settings


def default_download_directory() -> str:
    """``<data>/downloads``."""
    return str(settings.DATA_DIR / "downloads")


def folder_problem(text: str) -> str | None:
    """Why ``text`` cannot be the download folder, as one sentence, or None.

    It must be absolute, inside ``MEDIADL_MEDIA_ROOTS`` (or be the default) after links are resolved,
    and writable; it is made if it is not there, but not the root: its disk may be away.
    """
    folder = Path(text)
    if not folder.is_absolute():
        return "Must be an absolute path."
    try:
        resolved = folder.resolve()
        roots = [root.resolve() for root in settings.ENVIRONMENT.media_roots]
        default = Path(default_download_directory()).resolve()
    except (OSError, RuntimeError, ValueError):
        return "This path cannot be followed."
    root = next((root for root in roots if resolved.is_relative_to(root)), None)
    if root is None and resolved != default:
        allowed = ", ".join(str(root) for root in roots)
        return f"Must lie inside {allowed} (MEDIADL_MEDIA_ROOTS)."
    if root is not None and not root.is_dir():
        return f"There is no folder {root} (MEDIADL_MEDIA_ROOTS); is its disk mounted?"
    try:
        resolved.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=resolved):
            pass
    except OSError as error:
        return f"Cannot be written to: {os.strerror(error.errno or 0)}."
    return None
