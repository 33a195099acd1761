"""The error that tells an application that its client has gone."""


class ClientDisconnected(OSError):
    """Raised by ``send`` (as ASGI asks) once the connection is gone: stop producing."""
