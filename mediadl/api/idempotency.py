"""``Idempotency-Key``: a request repeated within a day gets its first answer and does nothing again."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.api.errors import DuplicateError, InvalidFieldsError
from mediadl.api.models import IdempotencyRecord
from mediadl.api.renderers import json_response
from mediadl.clock import now

KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again within 24 hours with the same body, the first answer is repeated.",
)

View = Callable[..., Response | HttpResponse]


def idempotent(view: View) -> View:
    """Make a ``post`` method honour ``Idempotency-Key``.

    The answer is stored in the transaction that does the work, so there is never one without the
    other. Only successes are remembered: a refused request may be sent again.
    """

    @wraps(view)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(self, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise InvalidFieldsError({"Idempotency-Key": ["Must be 1 to 255 visible ASCII characters."]})
        body_hash = hashlib.sha256(orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)).hexdigest()
        try:
            with transaction.atomic():
                return _answer_once(request, key, body_hash, lambda: view(self, request, *args, **kwargs))
        except IntegrityError:
            # PostgreSQL: the same key was answered by another process while this one worked.
            replay = _replay(request, key, body_hash)
            if replay is None:
                raise
            return replay

    return wrapped


def _answer_once(
    request: Request, key: str, body_hash: str, call: Callable[[], Response | HttpResponse]
) -> Response | HttpResponse:
    IdempotencyRecord.objects.filter(created_at__lt=now() - KEPT_FOR).delete()
    replay = _replay(request, key, body_hash)
    if replay is not None:
        return replay
    response = call()
    if response.status_code < 400:
        data = response.data if isinstance(response, Response) else orjson.loads(response.content)
        IdempotencyRecord.objects.create(
            user_id=_user_id(request),
            path=request.path,
            key=key,
            body_hash=body_hash,
            status=response.status_code,
            answer=orjson.dumps(data).decode(),
            created_at=now(),
        )
    return response


def _user_id(request: Request) -> int:
    return int(request.user.pk or 0)


def _replay(request: Request, key: str, body_hash: str) -> HttpResponse | None:
    record = IdempotencyRecord.objects.filter(user_id=_user_id(request), path=request.path, key=key).first()
    if record is None:
        return None
    if record.body_hash != body_hash:
        raise DuplicateError(None, "This Idempotency-Key was used with another body; choose a new key.")
    return json_response(orjson.loads(record.answer), status=record.status, headers={"Idempotency-Replayed": "true"})
