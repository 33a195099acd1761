"""The access log: one structured line a request, without secrets."""

import re
from typing import Any

import structlog

_SECRETS = re.compile(r"(?i)(^|[?&])(token|ticket|access|refresh|password|api_key|code)=[^&#]*")
_log = structlog.get_logger("System")


def redacted(target: str) -> str:
    """``target`` (a path with query) with the values of secret parameters replaced."""
    return _SECRETS.sub(r"\1\2=***", target)


def log_access(_protocol: object, action: str, details: dict[str, Any]) -> None:
    """daphne's action logger: called when an answer is complete and when a socket changes state."""
    fields: dict[str, Any] = {"path": redacted(str(details.get("path", ""))), "client": details.get("client")}
    if action != "complete":
        _log.debug(f"WebSocket {action}", **fields)
        return
    fields["method"] = details.get("method")
    fields["status"] = details.get("status")
    fields["bytes"] = details.get("size")
    fields["milliseconds"] = round(float(details.get("time_taken") or 0.0) * 1000, 1)
    _log.debug("Request answered", **fields)
