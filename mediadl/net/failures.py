"""What a status or a curl error means in the engine's terms."""

import pycurl

from mediadl.media import FailureKind, MediaError
from mediadl.net.headers import HeaderMap
from mediadl.net.retry_after import retry_after_seconds

DEFAULT_WAIT_SECONDS = 60.0  # for a 429 that does not say how long
_CURL_TOO_LARGE = 100  # CURLE_TOO_LARGE, not named by pycurl
_WEIRD_REPLY = 8  # CURLE_WEIRD_SERVER_REPLY
_UNREADABLE = frozenset({_WEIRD_REPLY, pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_BAD_CONTENT_ENCODING})
_TLS = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_CACERT_BADFILE,
    }
)
_LOST = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR})


def error_for_curl(number: int, message: str, host: str) -> MediaError:
    """The error for a request that curl could not finish, told by curl's number."""
    transient = FailureKind.TRANSIENT
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return timeout_error(host)
    if number in {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}:
        return MediaError(transient, "NAME_NOT_RESOLVED", f"The name {host} has no address. Check its spelling.")
    if number in _TLS:
        return MediaError(transient, "TLS_ERROR", f"The secure connection to {host} failed: {message[:200]}.")
    if number == pycurl.E_PARTIAL_FILE:
        return MediaError(transient, "SHORT_BODY", f"{host} ended the answer before it was complete.")
    if number in _LOST:
        return MediaError(transient, "CONNECTION_LOST", f"The connection to {host} was lost.")
    if number in _UNREADABLE:
        return MediaError(transient, "BAD_RESPONSE", f"{host} sent an answer that cannot be read.")
    if number == _CURL_TOO_LARGE:
        return MediaError(FailureKind.REFUSED, "HEADERS_TOO_LARGE", f"{host} sent too many headers.")
    return MediaError(transient, "CONNECTION_FAILED", f"{host} could not be reached: {message[:200]}.")


def timeout_error(host: str) -> MediaError:
    """The error for a server that took too long to connect, to answer, or to send on."""
    return MediaError(FailureKind.TRANSIENT, "TIMEOUT", f"{host} did not answer in time.")


def error_for_page(status: int, headers: HeaderMap) -> MediaError | None:
    """The error that a page's status stands for; None for success."""
    if status in {401, 403, 407}:
        detail = f"The site wants a login (HTTP {status}). Upload cookies of a signed-in browser."
        return MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", detail, status=status)
    return _error_for(status, headers, other=FailureKind.SITE_CHANGED)


def error_for_media(status: int, headers: HeaderMap) -> MediaError | None:
    """The error that a media file's status stands for; None for success."""
    if status in {400, 401, 403}:  # some CDNs answer 400 to a signature that is too old
        detail = f"The link is no longer valid (HTTP {status})."
        return MediaError(FailureKind.EXPIRED_LINK, f"HTTP_{status}", detail, status=status)
    if status in {204, 205}:
        return MediaError(FailureKind.TRANSIENT, f"HTTP_{status}", "The server sent no file.", status=status)
    return _error_for(status, headers, other=FailureKind.GONE)


def _error_for(status: int, headers: HeaderMap, *, other: FailureKind) -> MediaError | None:
    code = f"HTTP_{status}"
    if 200 <= status < 300:
        return None
    wait = retry_after_seconds(headers)
    if status == 429 or (status == 503 and wait is not None):
        seconds = DEFAULT_WAIT_SECONDS if wait is None else wait
        detail = f"The site asked to wait {seconds:.0f} s (HTTP {status})."
        return MediaError(FailureKind.TOLD_TO_WAIT, code, detail, retry_after=seconds, status=status)
    if status in {404, 410, 451}:
        return MediaError(FailureKind.GONE, code, f"The site has it no longer (HTTP {status}).", status=status)
    if status >= 500 or status < 400 or status in {408, 425}:
        detail = f"The site answered with an error (HTTP {status})."
        return MediaError(FailureKind.TRANSIENT, code, detail, status=status)
    return MediaError(other, code, f"The site refused the request (HTTP {status}).", status=status)
