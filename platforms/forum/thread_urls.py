"""Which URLs are threads of forums, and the numbers that they carry."""

import re
from urllib.parse import parse_qs, urlsplit

# Thread paths of XenForo, phpBB, vBulletin 3 to 5, Invision, Discourse, NodeBB and Misago.
_THREAD_PATH = re.compile(
    r"/(?:threads?/(?:[^/]*\.)?\d+(?=/|$)"  # /threads/a-title.123/ and /thread/123
    r"|threads/\d+-[^/]*"  # /threads/123-a-title
    r"|topic/\d+(?:[-/]|$)"  # /topic/123-a-title/ and /topic/123/a-title
    r"|t/[^/]+/\d+(?=/|$))"  # /t/a-title/123
)
_THREAD_SCRIPTS = {
    "viewtopic.php": ("t", "p"),
    "showthread.php": ("t", "p", "tid", "pid"),
    "showtopic.php": ("t",),
}
_SCRIPT_PATH = re.compile(r"/showthread\.php/(\d+)-")
_FRIENDLY_NAME = re.compile(
    r"^(?:thread(\d+)(?:-\d+)?|.+-t(\d+)(?:-\d+)?)\.html$"
)  # of vBulletin's and phpBB's add-ons
_TOPIC_QUERY = re.compile(r"(?:^|[&;])topic=(\d+)(?:\.|&|;|$)")  # Simple Machines
_QUERY_PATH = re.compile(r"^/?(?:threads/(?:[^/]*\.)?(\d+)(?:/|$)|topic/(\d+)-)")


def thread_number(url: str) -> str:
    """The number that a thread's URL carries, or an empty string where it is no thread's URL."""
    parts = urlsplit(url)
    script = parts.path.rpartition("/")[2]
    if script in _THREAD_SCRIPTS:
        query = parse_qs(parts.query)
        return next((query[key][0] for key in _THREAD_SCRIPTS[script] if query.get(key)), "")
    if found := _FRIENDLY_NAME.match(script):
        return found[1] or found[2]
    if found := _TOPIC_QUERY.search(parts.query) if script == "index.php" else None:
        return found[1]
    if found := _SCRIPT_PATH.search(parts.path):
        return found[1]
    if found := _QUERY_PATH.match(parts.query) if script in {"", "index.php"} else None:
        return found[1] or found[2]
    if found := _THREAD_PATH.search(parts.path):
        numbers = re.findall(r"\d+", found[0])
        is_number_first = re.match(r"/(?:threads|topic)/\d+[-/]", found[0])
        return str(numbers[0] if is_number_first else numbers[-1])
    return ""
