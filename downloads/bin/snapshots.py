"""A download's columns as JSON, so that a record can be given back as it was."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field

from downloads.models import Download

Snapshot = dict[str, Any]
_encoder = DjangoJSONEncoder()


def snapshot_of(download: Download) -> Snapshot:
    """All columns but the id."""
    return {field.attname: _plain(getattr(download, field.attname)) for field in _columns() if not field.primary_key}


def apply_snapshot(download: Download, snapshot: Snapshot) -> Download:
    """Give ``download`` the columns of ``snapshot``; what a later version added keeps its default."""
    for field in _columns():
        if field.attname in snapshot and not field.primary_key:
            setattr(download, field.attname, field.to_python(snapshot[field.attname]))
    return download


def _columns() -> list["Field[Any, Any]"]:
    return [field for field in Download._meta.concrete_fields if isinstance(field, Field)]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float | dict | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else _encoder.default(value)
