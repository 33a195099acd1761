"""Which URLs are threads of forums, and the numbers that they carry."""

import re
from urllib.parse import parse_qs, urlsplit

# Thread paths of XenForo, phpBB, vBulletin 3 to 5, Invision, Discourse, NodeBB and Misago.
_THREAD_PATH = re.compile(
    r"/(?:threads?/(?:[^/]*\.)?(\d+)(?=/|$)"  # /threads/a-title.123/ and /thread/123
    r"|threads/(\d+)-[^/]*"  # /threads/123-a-title
    r"|topic/(\d+)(?:[-/]|$)"  # /topic/123-a-title/ and /topic/123/a-title
    r"|t/[^/]+/(\d+)(?=/|$))"  # /t/a-title/123
)
_THREAD_SCRIPTS = {
    "viewtopic.php": ("t", "p"),
    "showthread.php": ("t", "p", "tid", "pid"),
    "showtopic.php": ("t",),
}
_POST_KEYS = frozenset({"p", "pid"})  # these number a post, whose thread only the forum knows
_TOPIC_AND_POST = re.compile(r"/t/\d+/\d+(?=/|$)")  # Discourse, without the title: the second may be a post's number
_SCRIPT_PATH = re.compile(r"/showthread\.php/(\d+)-")
_FRIENDLY_NAME = re.compile(
    r"^(?:thread(\d+)(?:-\d+)?|.+-t(\d+)(?:-\d+)?)\.html$"
)  # of vBulletin's and phpBB's add-ons
_TOPIC_QUERY = re.compile(r"(?:^|[&;])topic=(\d+)(?:\.|&|;|$)")  # Simple Machines
_QUERY_PATH = re.compile(r"^/?(?:threads/(?:[^/]*\.)?(\d+)(?:/|$)|topic/(\d+)-)")


def thread_number(url: str) -> str:
    """The number that a thread's URL carries, or an empty string where it is no thread's URL."""
    return _folder_and_number(url)[1]


def thread_identity(url: str) -> str:
    """What all URLs of one thread share: its forum's address and its number.

    Titles, pages and posts do not count, nor do scheme and ``www.``. Empty where the URL does not
    tell the thread's number.
    """
    folder, number = _folder_and_number(url)
    if not re.fullmatch(r"[0-9]+", number) or _numbers_a_post(url):
        return ""
    site = urlsplit(url).netloc.removeprefix("www.")
    return f"{site}{folder.removesuffix('/index.php')} {number}"


def _folder_and_number(url: str) -> tuple[str, str]:
    """The path that the forum lies under, since a host may have several, and the thread's number."""
    parts = urlsplit(url)
    folder, _, script = parts.path.rpartition("/")
    if script in _THREAD_SCRIPTS:
        query = parse_qs(parts.query)
        return folder, next((query[key][0] for key in _THREAD_SCRIPTS[script] if query.get(key)), "")
    if found := _FRIENDLY_NAME.match(script):
        return folder, found[1] or found[2]
    if found := _TOPIC_QUERY.search(parts.query) if script == "index.php" else None:
        return folder, found[1]
    if found := _SCRIPT_PATH.search(parts.path):
        return parts.path[: found.start()], found[1]
    if found := _QUERY_PATH.match(parts.query) if script in {"", "index.php"} else None:
        return folder, found[1] or found[2]
    if found := _THREAD_PATH.search(parts.path):
        return parts.path[: found.start()], next(filter(None, found.groups()))
    return "", ""


def _numbers_a_post(url: str) -> bool:
    parts = urlsplit(url)
    script = parts.path.rpartition("/")[2]
    if script in _THREAD_SCRIPTS:
        query = parse_qs(parts.query)
        return not any(query.get(key) for key in _THREAD_SCRIPTS[script] if key not in _POST_KEYS)
    return bool(_TOPIC_AND_POST.search(parts.path))
