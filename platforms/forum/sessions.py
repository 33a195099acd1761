"""Session numbers in links: another one in every answer, and no part of what a link names."""

import re
from urllib.parse import urlsplit, urlunsplit

_SESSION = re.compile(r"(?:sid|phpsessid|jsessionid|zenid)=[^&]*|s=[0-9a-f]{20,64}", re.IGNORECASE)


def clean_url(url: str) -> str:
    """``url`` without a session's number."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    kept = [pair for pair in parts.query.split("&") if pair and not _SESSION.fullmatch(pair)]
    return urlunsplit(parts._replace(query="&".join(kept)))
