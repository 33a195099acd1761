"""daphne as it comes, with Django's own handler: what the product's server is measured against."""

import os
import socket
import sys

if __name__ == "__main__":
    from daphne.server import Server
    from django.core.asgi import get_asgi_application

    application = get_asgi_application()
    if len(sys.argv) > 2 and sys.argv[2]:
        import importlib

        from django.core.handlers.asgi import ASGIHandler

        importlib.import_module(sys.argv[2])  # its urls take the place of the product's
        application = ASGIHandler()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ready = int(sys.argv[1])

    def tell() -> None:
        os.write(ready, f"{port}\n".encode())
        os.close(ready)

    Server(application, endpoints=[f"tcp:{port}:interface=127.0.0.1"], ready_callable=tell, verbosity=0).run()
