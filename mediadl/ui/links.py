"""The URLs that pages need of other rooms, right below a base path too."""

from django.urls import get_script_prefix


def api_url(path: str) -> str:
    """The URL of a path below ``/api/v1/``."""
    return f"{get_script_prefix()}api/v1/{path}"


def thumbnail_url(download_id: int) -> str:
    """The small picture of a download."""
    return api_url(f"downloads/{download_id}/thumbnail")


def file_url(download_id: int) -> str:
    """The file of a download."""
    return api_url(f"downloads/{download_id}/file")


def web_link(url: str) -> str:
    """A link of somebody else's, if it is one that only opens a page."""
    return url if url.startswith(("https://", "http://")) else "#"
