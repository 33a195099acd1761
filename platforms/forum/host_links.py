"""Links to image hosts that gallery-dl reads: one process finds the files of all links of a page."""

import json
from collections.abc import Sequence
from pathlib import Path

from mediadl.media import FailureKind, MediaError
from mediadl.net.handle import certificate_file
from mediadl.net.urls import normalise_url
from platforms.child_lines import ChildLines
from platforms.contract import ListingContext
from platforms.programs import HTTP_TIMEOUT_SECONDS, empty_working_folder, program

MAX_FILES_A_LINK = 500  # of one album
_URL_KEY = "mediadl_url"
_ASKED_KEY = "mediadl_asked"
_LINKS_FILE = "links.txt"


def files_behind(links: Sequence[str], context: ListingContext) -> dict[str, list[str]]:
    """The files' URLs of each link that gallery-dl could read; links it could not are missing.

    Raises:
        MediaError: the listing was stopped.
    """
    found: dict[str, list[str]] = {}
    if not links:
        return found
    with empty_working_folder() as folder:
        _write_links(folder / _LINKS_FILE, links)
        try:
            with ChildLines(_command(folder), context, folder) as child:
                for line in child.lines():
                    asked, url = _read(line)
                    files = found.setdefault(asked, [])
                    if url and url not in files and len(files) < MAX_FILES_A_LINK:
                        files.append(url)
        except MediaError as error:
            if error.kind is FailureKind.STOPPED:
                raise
    return {link: files for link, files in found.items() if files}


def _write_links(path: Path, links: Sequence[str]) -> None:
    """An option line above each link makes its files carry it."""
    lines = [f"-keywords = {json.dumps({_ASKED_KEY: link})}\n{link}\n" for link in links]
    path.write_text("".join(lines), "utf-8")


def _command(folder: Path) -> list[str]:
    writer = {
        "name": "metadata", "mode": "jsonl", "filename": "-", "event": "prepare", "include": [_URL_KEY, _ASKED_KEY],
    }  # fmt: skip
    options = {
        "postprocessors": [writer],
        "url-metadata": _URL_KEY,
        "download": False,
        "skip": False,
        "base-directory": str(folder),
        "retries": 0,
        "sleep-429": 0,  # the link is then fetched as it is, and the engine sees the answer itself
        "timeout": HTTP_TIMEOUT_SECONDS,
        "verify": certificate_file(),
    }
    arguments = [f"--option=extractor.{name}={json.dumps(value)}" for name, value in options.items()]
    arguments += ["--option=output.mode=false", "--option=cache.file=null", "--option=extractor.generic.enabled=false"]
    return [
        *program("gallery_dl"), "--config-ignore", "--no-input", "--no-colors", *arguments,
        f"--input-file={folder / _LINKS_FILE}",
    ]  # fmt: skip


def _read(line: str) -> tuple[str, str]:
    try:
        data = json.loads(line)
        return str(data[_ASKED_KEY]), normalise_url(str(data[_URL_KEY]))
    except (ValueError, TypeError, KeyError, MediaError):
        return "", ""
