"""Inserting many downloads at once: plain rows, since building each through the ORM costs more than the insert."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from downloads.models import Download

_FIELDS = tuple(field.attname for field in Download._meta.concrete_fields if not field.primary_key)
_INSERT = f"INSERT INTO downloads_download ({', '.join(_FIELDS)}) VALUES ({', '.join(['%s'] * len(_FIELDS))})"  # noqa: S608


def insert_downloads(downloads: Sequence[Download]) -> None:
    """Insert new downloads inside the caller's transaction and give each its ``pk``."""
    if not downloads:
        return
    adapt = connection.ops.adapt_datetimefield_value

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return adapt(value)
        return json.dumps(value) if isinstance(value, dict) else value

    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [[plain(getattr(row, name)) for name in _FIELDS] for row in downloads])
    by_platform: dict[str, list[str]] = {}
    for row in downloads:
        by_platform.setdefault(row.platform, []).append(row.media_id)
    ids = {
        (platform, media_id): pk
        for platform, media_ids in by_platform.items()
        for pk, media_id in Download.objects.filter(platform=platform, media_id__in=media_ids).values_list(
            "pk", "media_id"
        )
    }
    for row in downloads:
        row.pk = ids[(row.platform, row.media_id)]
        row._state.adding = False
        row._state.db = connection.alias
