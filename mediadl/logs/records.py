"""A log line on its way from the code that says it to the file and the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mediadl.clock import isoformat_milliseconds

MODULES = (
    "Instagram",
    "TikTok",
    "Forum",
    "Web",
    "Scheduler",
    "Queue",
    "Downloads",
    "Auth",
    "Settings",
    "System",
)
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_MODULE = "System"
MESSAGE_CHARACTERS = 8_000
METADATA_BYTES = 32_000


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line, already redacted and bounded."""

    timestamp: datetime
    level: str
    module: str
    message: str
    metadata: Mapping[str, Any]
    process: str = ""

    def as_json_line(self) -> bytes:
        """The line as the daily file holds it."""
        return orjson.dumps(
            {
                "timestamp": isoformat_milliseconds(self.timestamp),
                "level": self.level,
                "module": self.module,
                "message": self.message,
                "metadata": self.metadata,
                "process": self.process,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def text_line(line: Mapping[str, Any]) -> str:
    """A line of the daily file for human eyes; what spans several lines is indented below it."""
    metadata = dict(line.get("metadata") or {})
    exception = str(metadata.pop("exception", ""))
    pairs = " ".join(f"{key}={_word(value)}" for key, value in metadata.items())
    head = f"{line.get('timestamp')} {line.get('level'):<7} {line.get('module'):<9} {_one_line(line.get('message'))}"
    text = f"{head} {pairs}".rstrip() + "\n"
    return text + "".join(f"    {part}\n" for part in exception.splitlines())


def _one_line(value: object) -> str:
    """Control characters are shown, not obeyed: a site's text must not forge a line."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value))


def _word(value: object) -> str:
    text = _one_line(value if isinstance(value, str) else orjson.dumps(value).decode())
    return f'"{text}"' if " " in text or not text else text
