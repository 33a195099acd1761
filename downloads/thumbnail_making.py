"""Making a thumbnail that was lost (a restored backup has none): in a child, one at a time."""

import threading
from pathlib import Path

from downloads.verification import Verifier
from mediadl.media import MediaError

_one_at_a_time = threading.Lock()
_WAIT_SECONDS = 5.0  # a page of lost thumbnails must not hold all request threads


def make_missing_thumbnail(file: Path, thumbnail: Path) -> bool:
    """Make it; False where it cannot be made, or not now."""
    if not _one_at_a_time.acquire(timeout=_WAIT_SECONDS):
        return False
    verifier = Verifier(children=1)
    try:
        return thumbnail.is_file() or verifier.verify(file, thumbnail_to=thumbnail).has_thumbnail
    except MediaError:
        return False
    finally:
        verifier.close()
        _one_at_a_time.release()
