"""Inserting many downloads at once: plain rows, since building each through the ORM costs more than the insert."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from downloads.models import Download
from mediadl.plain_sql import as_stored, insert_returning

_FIELDS = tuple(field.attname for field in Download._meta.concrete_fields if not field.primary_key)


def insert_downloads(downloads: Sequence[Download]) -> None:
    """Insert new downloads inside the caller's transaction and give each its ``pk``."""
    if not downloads:
        return

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return as_stored(value)
        return json.dumps(value) if isinstance(value, dict) else value

    rows = [[plain(getattr(row, name)) for name in _FIELDS] for row in downloads]
    inserted = insert_returning(Download, _FIELDS, rows, ("id", "platform", "media_id"))
    ids = {(platform, media_id): pk for pk, platform, media_id in inserted}
    for row in downloads:
        row.pk = ids[(row.platform, row.media_id)]
        row._state.adding = False
        row._state.db = connection.alias
