"""URLs as text: one spelling for each, and what is refused for its syntax alone.

The rules follow what browsers and libcurl do with a URL (the WHATWG standard), but where those
repair an odd spelling, it is refused: repaired URLs are how address checks get bypassed.
"""

import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from mediadl.net.hosts import bad_url, normalise_host

MAX_URL_LENGTH = 8192  # characters; signed CDN links have up to some 2,000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEPT_IN_PATH = "!$%&'()*+,-./:;=@_~"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?[]{}|^`"

# Query parameters that only say how long and for whom a link works, in lower case.
_SIGNATURE = re.compile(
    r"x-(amz|goog|oss|cos|expires|signature)\b.*|_nc_.*|__(sig|expires)|hdn(ea|ts)|(google)?accessid|googleaccessid"
    r"|awsaccesskeyid|key-pair-id|ossaccesskeyid|signature|sig|sign|expires?|expiry|policy|auth_key|hmac|ig_cache_key"
    r"|oh|oe|ccb|efg|edm|wssecret|wstime|ttl|btag|ts"
)
_AZURE = frozenset({"se", "st", "sp", "sv", "sr", "spr", "skoid", "sktid", "skt", "ske", "sks", "skv"})
# These name a link's right to be read, or the medium itself; only beside a file's own name is it the former.
_AMBIGUOUS = frozenset({"token", "hash", "key", "t", "e", "s", "h", "st", "md5", "verify", "exp", "auth"})
_MEDIA_FILE = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|heic|heif|mp4|m4v|mov|webm|mkv|avi|mp3|m4a|ogg|oga|opus|flac)$", re.IGNORECASE
)
_SHARDED_HOSTS = (".cdninstagram.com", ".fbcdn.net")  # the first label names the nearest server, not the file


@lru_cache(maxsize=2048)  # one URL is checked, keyed and requested in turn
def normalise_url(url: str) -> str:
    """The one spelling of ``url``: what is stored, compared and requested.

    Scheme and host in lower case, IDNA, without default port, fragment and dot segments; numeric
    spellings of an IPv4 address become dotted. Escapes of path and query stay as they are, since
    signatures may cover them.

    Raises:
        MediaError: ``BAD_URL``: not http(s), user info, backslash, control characters, no host...
    """
    parts = _split(url)
    scheme = parts.scheme.lower()
    host = normalise_host(_host_text(parts))
    netloc = f"[{host}]" if ":" in host else host
    port = _port(parts)
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    path = _without_dot_segments(quote(parts.path, safe=_KEPT_IN_PATH)) or "/"
    query = f"?{quote(parts.query, safe=_KEPT_IN_QUERY)}" if parts.query else ""
    return f"{scheme}://{netloc}{path}{query}"


def url_hash(url: str) -> str:
    """SHA-256, in hex, of the normalised URL; raises as :func:`normalise_url`."""
    return hashlib.sha256(normalise_url(url).encode("ascii")).hexdigest()


@lru_cache(maxsize=2048)
def media_url_key(url: str) -> str:
    """SHA-256, in hex, of a media URL without what changes from one visit to the next.

    Signatures and expiry times go, in a nested URL (``?uri=https...``) too, and so does the shard of
    Instagram's and Facebook's servers. What selects another medium or size stays.

    Raises:
        MediaError: ``BAD_URL``, as :func:`normalise_url`.
    """
    return hashlib.sha256(_without_signature(normalise_url(url)).encode("utf-8")).hexdigest()


def host_of(url: str) -> str:
    """The host of ``url``, normalised, an IPv6 address without brackets; raises as :func:`normalise_url`."""
    return urlsplit(normalise_url(url)).hostname or ""


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a normalised URL: what credentials belong to."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def _split(url: str) -> SplitResult:
    text = url.strip(" ")
    if len(text) > MAX_URL_LENGTH:
        bad_url(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    if _CONTROL.search(text):
        bad_url("The URL contains control characters.")
    if "\\" in text:
        bad_url("The URL contains a backslash.")
    try:
        text.encode("utf-8")
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # UnicodeEncodeError (lone surrogates) is one too
        bad_url("The URL cannot be read.")
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        bad_url("The URL does not start with http:// or https://." if parts.scheme else "This is not a URL.")
    if "@" in parts.netloc:
        bad_url("The URL contains a user name or password.")
    return parts


def _host_text(parts: SplitResult) -> str:
    if parts.netloc.startswith("["):
        literal, bracket, rest = parts.netloc.partition("]")
        if rest and not rest.startswith(":"):
            bad_url("The URL has an IPv6 address that cannot be read.")
        return literal + bracket
    return parts.netloc.partition(":")[0]


def _port(parts: SplitResult) -> int | None:
    if parts.netloc.endswith(":"):
        return None
    if parts.port == 0:
        bad_url("The URL has a port of 0.")
    return parts.port


def _without_dot_segments(path: str) -> str:
    segments = path.split("/")
    if not any(segment.lower().replace("%2e", ".") in {".", ".."} for segment in segments):
        return path
    kept: list[str] = []
    for position, segment in enumerate(segments):
        is_last = position == len(segments) - 1
        match segment.lower().replace("%2e", "."):
            case ".":
                kept += [""] if is_last else []
            case "..":
                del kept[max(1, len(kept) - 1) :]
                kept += [""] if is_last else []
            case _:
                kept.append(segment)
    return "/".join(kept)


def _without_signature(url: str) -> str:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1000, errors="surrogateescape")
    names = {name.lower() for name, _ in pairs}
    dropped = _AMBIGUOUS if _MEDIA_FILE.search(parts.path) else frozenset[str]()
    dropped |= _AZURE if "sig" in names and "se" in names else frozenset[str]()
    kept = [
        (name, _without_signature(value) if value.startswith(("http://", "https://")) else value)
        for name, value in pairs
        if name.lower() not in dropped and not _SIGNATURE.fullmatch(name.lower())
    ]
    host = parts.netloc
    for suffix in _SHARDED_HOSTS:
        host = suffix if host.endswith(suffix) else host
    query = urlencode(sorted(kept), errors="surrogateescape")
    return f"{host}{parts.path}?{query}"
