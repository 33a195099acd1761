"""Rows with good defaults, and a browser that is signed in."""

import hashlib
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from downloads import cube
from downloads.models import Download, MediaRoot, StoredFile
from mediadl import clock
from mediadl.accounts.models import Role, User
from queue_app.models import QueueItem
from queue_app.states import LIST_RANK, Status
from tests.api.clients import make_user

_numbers = count(1)
_handler = ClientHandler(enforce_csrf_checks=False)
HTMX = {"HX-Request": "true"}


def browser_as(role: str = Role.ADMIN, *, user: User | None = None) -> Client:
    """A browser on which somebody with ``role`` is signed in; ``anonymous`` for nobody."""
    client = Client(raise_request_exception=False)
    client.handler = _handler
    if role != "anonymous":
        client.force_login(user or make_user(role))
    return client


def make_item(status: Status = Status.PENDING, **columns: Any) -> QueueItem:
    """A queue item in this state, consistent with the table's rules."""
    number = next(_numbers)
    now = clock.now()
    running = status is Status.DOWNLOADING
    values: dict[str, Any] = {
        "url": f"https://pictures.example/{number}",
        "url_hash": hashlib.sha256(f"{number}".encode()).hexdigest(),
        "platform": "web",
        "source": "pictures.example",
        "priority": 5,
        "list_rank": LIST_RANK[status],
        "list_order": columns.get("priority", 5),
        "status": status.value,
        "max_attempts": 4,
        "created_date": now,
        "lease_worker": "w" if running else None,
        "lease_expires_at": now + timedelta(hours=1) if running else None,
    }
    return QueueItem.objects.create(**{**values, **columns})


def make_download(**columns: Any) -> Download:
    """A stored picture of 640 x 480, or a failed one with ``status="failed"``."""
    number = next(_numbers)
    failed = columns.get("status") == "failed"
    file = None
    if not failed:
        root = MediaRoot.objects.get_or_create(path="/nowhere")[0]
        file = StoredFile.objects.create(
            root=root, path=f"{number}.jpg", sha256="a" * 64, size=1000, created_at=clock.now()
        )
    values: dict[str, Any] = {
        "url": f"https://pictures.example/p/{number}",
        "url_hash": hashlib.sha256(f"{number}".encode()).hexdigest(),
        "platform": "web",
        "downloader": "direct",
        "collection": "web",
        "source": "pictures.example",
        "content_type": "image",
        "media_type": "" if failed else "image",
        "media_id": f"m{number}",
        "filename": None if failed else f"pictures.example_{number}.jpg",
        "file": file,
        "file_size": 0 if failed else 1000,
        "file_hash": "" if failed else "a" * 64,
        "width": None if failed else 640,
        "height": None if failed else 480,
        "download_date": clock.now(),
        "status": "completed",
        "error": "The site answered 404." if failed else "",
        "error_code": "HTTP_404" if failed else "",
        "has_thumbnail": not failed,
    }
    made = Download.objects.create(**{**values, **columns})
    cube.repair()
    return made
