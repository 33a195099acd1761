"""Small views behind the product's handler and server, to be spoken to over a socket."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from mediadl.web import channel
from mediadl.web.files import FileRangeResponse
from mediadl.web.forwarded import Entrance
from mediadl.web.handler import OneHopHandler
from mediadl.web.standings import Standing, remember

channel.REQUEST_SECONDS = float(os.environ.get("TEST_REQUEST_SECONDS", channel.REQUEST_SECONDS))
SEEN: list[tuple[str, str]] = []
CLOSED = threading.Event()


def _note(name: str):
    def note(**_kwargs: object) -> None:
        SEEN.append((name, threading.current_thread().name))

    return note


_started, _finished = _note("started"), _note("finished")
request_started.connect(_started)
request_finished.connect(_finished)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"hello " + request.body)


def describe(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "path": request.path,
            "path_info": request.path_info,
            "scheme": request.scheme,
            "host": request.get_host(),
            "address": request.META["REMOTE_ADDR"],
            "forwarded": request.META.get("HTTP_X_FORWARDED_FOR"),
            "thread": threading.current_thread().name,
        }
    )


def query(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"connection": id(connection.connection), "thread": threading.current_thread().name})


def seen(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"seen": SEEN[-20:], "closed": CLOSED.is_set()})


def sleepy(request: HttpRequest) -> HttpResponse:
    time.sleep(float(request.GET.get("seconds", "1")))
    return HttpResponse(b"rested")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret in /a/path")


class _Endless:
    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return b"x" * 65536

    def close(self) -> None:
        CLOSED.set()


def endless(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(_Endless())


def breaks_off(request: HttpRequest) -> HttpResponseBase:
    def parts() -> Iterator[bytes]:
        yield b"x" * 100
        raise OSError("the disk is gone")

    return StreamingHttpResponse(parts())


def large(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"y" * 3_000_000)


def told(request: HttpRequest) -> HttpResponse:
    """Say where the caller stands, as the API's middleware does."""
    standing = Standing(*(int(request.GET[name]) for name in ("limit", "remaining", "reset")))
    remember(standing, authorization=request.headers.get("Authorization", ""), address=request.META["REMOTE_ADDR"])
    return HttpResponse()


def received(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.read())))


def file(request: HttpRequest) -> HttpResponseBase:
    return FileRangeResponse(
        Path(os.environ["TEST_FILE"]), request=request, content_type="video/mp4", filename="film.mp4"
    )


def bind_word(request: HttpRequest) -> HttpResponse:
    """What was bound before, then bind the request's own word on this thread."""
    before = structlog.contextvars.get_contextvars()
    structlog.contextvars.bind_contextvars(word=request.GET["word"])
    return JsonResponse(before)


urlpatterns = [
    path("file", file),
    path("told", told),
    path("queue/import", received),
    path("api/v1/queue/import", received),
    path("bind-word", bind_word),
    path("hello", hello),
    path("status/<int:status>", lambda _request, status: HttpResponse(status=status)),
    path("describe", describe),
    path("query", query),
    path("seen", seen),
    path("sleepy", sleepy),
    path("broken", broken),
    path("endless", endless),
    path("breaks-off", breaks_off),
    path("large", large),
]

_settings = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
_settings.enable()

handler = OneHopHandler()
application = Entrance(handler, trusted_proxies=(), base_path="")
