"""Only the product's socket, with the entrance before it."""

from mediadl.events.consumer import route_socket
from mediadl.web.forwarded import Entrance

application = Entrance(route_socket, trusted_proxies=(), base_path="")
