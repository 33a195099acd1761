"""A request's id: the caller's own where it is a UUID, else one of ours."""

import re
import uuid

_CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def request_id_from(offered: str) -> str:
    """The id of a request whose ``X-Request-ID`` is ``offered`` (empty: it has none)."""
    return offered if _CANONICAL_UUID.fullmatch(offered) else str(uuid.uuid4())
