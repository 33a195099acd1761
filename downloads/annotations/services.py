"""Writing tags and a note on a download."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from downloads.annotations.models import DownloadNote, DownloadTag
from downloads.models import Download
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, NotFoundError

MAX_TAGS, MAX_TAG, MAX_NOTE = 20, 60, 4000


def annotate(
    *,
    download_id: int,
    kept: bool | None = None,
    tags: Iterable[str] | None = None,
    note: str | None = None,
    user: Any = None,
) -> None:
    """Change what is given of a download's mark, tags (all of them) and note (empty: none).

    Raises:
        NotFoundError: there is no such download.
        InvalidFieldsError: a tag has no visible characters, or there are too many.
    """
    names = None if tags is None else clean_tags(tags)
    with transaction.atomic():
        if not Download.objects.filter(pk=download_id).exists():
            raise NotFoundError("There is no download with this id.")
        if kept is not None:
            Download.objects.filter(pk=download_id).update(kept=kept)
        if names is not None:
            DownloadTag.objects.filter(download_id=download_id).exclude(name__in=names).delete()
            DownloadTag.objects.bulk_create(
                (DownloadTag(download_id=download_id, name=name) for name in names), ignore_conflicts=True
            )
        if note is not None:
            _write_note(download_id, "".join(char for char in note if char in "\n\t" or char >= " ").strip())
        detail = {"kept": kept, "tags": names, "note": None if note is None else len(note)}
        audit(user, "download.annotate", download_id, {name: one for name, one in detail.items() if one is not None})


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are stored: without spaces around, small letters, each once, in alphabetical order."""
    names = sorted({unicodedata.normalize("NFC", " ".join(tag.split())).lower() for tag in tags} - {""})
    if len(names) > MAX_TAGS:
        raise InvalidFieldsError({"tags": [f"At most {MAX_TAGS} tags."]})
    if any(len(name) > MAX_TAG or not name.isprintable() for name in names):
        raise InvalidFieldsError({"tags": [f"A tag has 1 to {MAX_TAG} visible characters."]})
    return names


def _write_note(download_id: int, text: str) -> None:
    if not text:
        DownloadNote.objects.filter(download_id=download_id).delete()
        return
    DownloadNote.objects.update_or_create(
        download_id=download_id, defaults={"text": text[:MAX_NOTE], "changed_at": clock.now()}
    )
