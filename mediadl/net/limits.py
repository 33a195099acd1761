"""Time and size limits of everything that goes out; tests pass smaller ones."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

PAGE_BYTES_LIMIT = 20 * MIB  # after decompression
FILE_BYTES_LIMIT = 20 * GIB
HEADER_BYTES_LIMIT = 64 * KIB  # browsers stop at 256 KiB; real sites send some 2 KiB
REDIRECT_LIMIT = 5
REDIRECT_BODY_LIMIT = 64 * KIB  # read so that the connection can be used again; more is cut off
PAGE_SECONDS = 300.0  # a page that drips just above the stall limit would take hours


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a server, in seconds.

    Attributes:
        connect: for the connection, TLS included.
        first_byte: from the request to the end of the response's headers.
        stall: how long a body may stay below ``stall_bytes_per_second``.
        total: for one request with its redirects, or None.
    """

    connect: float = 10.0
    first_byte: float = 30.0
    stall: float = 30.0
    stall_bytes_per_second: float = 1024.0
    total: float | None = None
