"""Run as a module: serves an ASGI application with the product's server (see server_process)."""

import importlib
import sys

import django

if __name__ == "__main__":
    django.setup()
    ready_fd, name = int(sys.argv[1]), sys.argv[2]
    module, _, attribute = (name or "mediadl.asgi:application").partition(":")
    application = getattr(importlib.import_module(module), attribute)
    from mediadl.web.server import run

    run("127.0.0.1", 0, application=application, ready_fd=ready_fd)
