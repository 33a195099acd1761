"""The ASGI application: HTTP through Django in one hop, the socket through its consumer."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadl.settings")

import django

django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - Django must be set up first
from django.conf import settings  # noqa: E402

from mediadl.events.consumer import route_socket  # noqa: E402
from mediadl.web.forwarded import Entrance  # noqa: E402
from mediadl.web.handler import OneHopHandler  # noqa: E402

application = Entrance(
    ProtocolTypeRouter({"http": OneHopHandler(), "websocket": route_socket}),
    trusted_proxies=settings.ENVIRONMENT.trusted_proxies,
    base_path=settings.ENVIRONMENT.base_path,
)
