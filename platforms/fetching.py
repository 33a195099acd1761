"""Fetching what plain HTTP cannot: yt-dlp writes the streams and merges them, behind the proxy.

It works in a folder beside the partial file, so that a stopped fetch goes on from what is there
and the result only has to be renamed.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from mediadl.media import FailureKind, MediaError, MediaItem
from mediadl.net.children import ChildResult, run_child
from mediadl.net.stopping import StopSignal
from mediadl.net.transfer import FetchResult
from platforms.access import NO_ACCESS, SiteAccess
from platforms.extractors.yt_dlp import access_arguments, common_arguments
from platforms.program_errors import error_from
from platforms.stream_progress import PROGRESS_TEMPLATE, StreamProgress
from platforms.web.presets import preset_named

FETCH_TIMEOUT_SECONDS = 12 * 3600  # a whole stream; a stall ends by the program's socket timeout
HASH_CHUNK_BYTES = 1024 * 1024
FRAGMENTS_AT_ONCE = 2
FRAGMENT_RETRIES = 3  # one lost fragment of thousands must not begin the stream anew
_FILE_LINE = "mediadl-file "
_ERROR_START = "ERROR: "
_FINAL_KINDS = frozenset({FailureKind.GONE, FailureKind.REFUSED, FailureKind.NEEDS_PERSON})


def working_folder(part_path: Path) -> Path:
    """Where yt-dlp works for this partial file."""
    return part_path.with_name(f"{part_path.name}.d")


def fetch_stream(
    item: MediaItem,
    *,
    fd: int,
    part_path: Path,
    stop: StopSignal,
    proxy_url: str,
    on_progress: Callable[[int, int | None], None],
    max_bytes: int,
    access: SiteAccess = NO_ACCESS,
    refusal: Callable[[], MediaError | None] = lambda: None,
) -> FetchResult:
    """Fetch ``item`` (its method is ``YT_DLP``) into the partial file.

    Blocks until it is done. The file that yt-dlp made takes the place of ``part_path``; it is
    locked, and ``fd`` refers to it afterwards. Stopped, or after a failure that may pass, the
    working folder stays, and the next call goes on from it.

    Args:
        fd: the partial file, open for reading and writing, locked by the caller.
        on_progress: called in this thread with the bytes so far, and the total if known.
        access: the site's cookies and user agent.
        refusal: what the guarding proxy refused to the program, which then is the reason of its failure.

    Raises:
        MediaError: it failed, was stopped, or is larger than ``max_bytes``.
    """
    folder = working_folder(part_path)
    folder.mkdir(mode=0o700, exist_ok=True)
    progress = StreamProgress(on_progress, max_bytes, stop)
    finished: list[str] = []

    def read_line(line: str) -> None:
        if line.startswith(_FILE_LINE):
            finished.append(line.removeprefix(_FILE_LINE))
        else:
            progress.read_line(line)

    try:
        with progress.judging_size(), access_arguments(access) as access_options:
            result = run_child(
                _command(item, folder, access_options),
                stop=progress.stop,
                proxy_url=proxy_url,
                cwd=folder,
                on_stdout_line=read_line,
                timeout_seconds=FETCH_TIMEOUT_SECONDS,
            )
        _take_place(_made_file(folder, finished, result, refusal), fd, part_path)
    except MediaError as error:
        if error.kind in _FINAL_KINDS:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        progress.close()
    shutil.rmtree(folder, ignore_errors=True)
    return _result(item, fd)


def _command(item: MediaItem, folder: Path, access_options: Sequence[str]) -> list[str]:
    preset = preset_named(item.fetch_options.get("preset"))
    url = item.candidates[0]
    referer = item.headers.get("Referer")
    return [
        *common_arguments(url), *access_options,
        "--no-playlist", "--playlist-items=1", "--no-simulate", "--no-mtime", "--no-embed-metadata",
        *_choice_of_formats(item), *preset.arguments, "--merge-output-format=mp4/mkv", "--remux-video=mp4/mkv",
        f"--paths={folder}", "--output=media.%(ext)s", "--continue", "--downloader=dash,m3u8:native",
        f"--concurrent-fragments={FRAGMENTS_AT_ONCE}", f"--fragment-retries={FRAGMENT_RETRIES}",
        "--abort-on-unavailable-fragments", "--quiet", "--newline", "--progress", "--progress-delta=0.25",
        f"--progress-template=download:{PROGRESS_TEMPLATE}", f"--print=after_move:{_FILE_LINE}%(filepath)s",
        *([f"--referer={referer}"] if referer else []), "--", url,
    ]  # fmt: skip


def _choice_of_formats(item: MediaItem) -> list[str]:
    """The adapter's own choice, else the preset's."""
    options = item.fetch_options
    formats = options.get("formats") or preset_named(options.get("preset")).formats
    sort = options.get("format_sort")
    return [f"--format={formats}", *([f"--format-sort={sort}"] if sort else [])]


def _made_file(
    folder: Path, finished: list[str], result: ChildResult, refusal: Callable[[], MediaError | None]
) -> Path:
    errors = [line for line in result.stderr_tail.splitlines() if line.startswith(_ERROR_START)]
    if result.returncode or not finished:
        if (refused := refusal()) is not None:
            raise refused
        raise error_from("yt-dlp", errors[-1].removeprefix(_ERROR_START) if errors else "")
    made = folder / Path(finished[-1]).name  # only a name: it cannot lead out of the folder
    if made.is_symlink() or not made.is_file():
        raise error_from("yt-dlp", "the file that it reported is not there")
    return made


def _take_place(made: Path, fd: int, part_path: Path) -> None:
    """Let ``made`` be the partial file, for every holder of ``fd`` too, without copying it."""
    new = os.open(made, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(new, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as the old one is: the name is never without a lock
        made.replace(part_path)
        os.dup2(new, fd, inheritable=False)
    except OSError as error:
        raise MediaError(FailureKind.DISK, "DISK_ERROR", f"The fetched file cannot be taken over: {error}.") from error
    finally:
        os.close(new)


def _result(item: MediaItem, fd: int) -> FetchResult:
    digest = hashlib.sha256()
    size = 0
    while chunk := os.pread(fd, HASH_CHUNK_BYTES, size):
        digest.update(chunk)
        size += len(chunk)
    return FetchResult(
        url=item.candidates[0],
        status=200,
        size=size,
        sha256=digest.hexdigest(),
        content_type="",
        content_disposition_name="",
        last_modified=None,
        etag="",
        resumed_from=0,
        received_bytes=size,
    )
