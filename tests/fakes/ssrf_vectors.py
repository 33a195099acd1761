"""Ways to write a URL that must not lead to 127.0.0.2, which stands for everything private.

``PORT`` is the canary's. Names that lead there, rebinding and proxies are in the tests themselves.
"""

VECTORS: tuple[str, ...] = (
    # The address in other clothes
    "http://127.0.0.2:PORT/",
    "HTTP://127.0.0.2:PORT/",
    "https://127.0.0.2:PORT/",
    "http://2130706434:PORT/",
    "http://0x7f000002:PORT/",
    "http://0x7f.0.0.2:PORT/",
    "http://0177.0.0.2:PORT/",
    "http://017700000002:PORT/",
    "http://0177.0.0.0x2:PORT/",
    "http://127.2:PORT/",
    "http://127.0.2:PORT/",
    "http://127.00.000.02:PORT/",
    "http://127.0.0.2.:PORT/",
    "http://%31%32%37.0.0.2:PORT/",
    "http://127。0。0。2:PORT/",
    "http://①②⑦.0.0.②:PORT/",
    # IPv6 forms that hold it
    "http://[::ffff:127.0.0.2]:PORT/",
    "http://[::ffff:7f00:2]:PORT/",
    "http://[0:0:0:0:0:ffff:7f00:2]:PORT/",
    "http://[::127.0.0.2]:PORT/",
    "http://[::ffff:0:127.0.0.2]:PORT/",
    "http://[64:ff9b::127.0.0.2]:PORT/",
    "http://[2002:7f00:2::]:PORT/",
    "http://[2001:0:7f00:2::80ff:fffd]:PORT/",
    "http://[2001:db8::5efe:7f00:2]:PORT/",
    "http://[::ffff:127.0.0.2%25lo]:PORT/",
    # A host that is not the one it seems
    "http://127.0.0.1@127.0.0.2:PORT/",
    "http://127.0.0.1:80@127.0.0.2:PORT/",
    "http://127.0.0.1\\@127.0.0.2:PORT/",
    "http://127.0.0.2:PORT\\.allowed.example/",
    "http://127.0.0.2:PORT#@allowed.example/",
    "http://127.0.0.2:PORT?@allowed.example/",
    "http://allowed.example\t@127.0.0.2:PORT/",
    "http://127.0.0.2%00.allowed.example:PORT/",
    "http:\\\\127.0.0.2:PORT/",
    "http:///127.0.0.2:PORT/",
    "http:127.0.0.2:PORT/",
    # Names that are local by their ending
    "http://canary.localhost:PORT/",
    "http://canary.internal:PORT/",
    "http://canary.local:PORT/",
    # Other schemes, and more than one request
    "gopher://127.0.0.2:PORT/_GET",
    "dict://127.0.0.2:PORT/",
    "ftp://127.0.0.2:PORT/",
    "file:///etc/passwd",
    "ws://127.0.0.2:PORT/",
    "unix:///run/docker.sock",
    "http://127.0.0.2:PORT/\r\nHost: x",
)


def vectors(port: int) -> list[str]:
    """All of them, for a canary at this port."""
    return [vector.replace("PORT", str(port)) for vector in VECTORS]
