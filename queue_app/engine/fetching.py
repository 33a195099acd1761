"""Fetching one medium into its partial file, in a transfer thread, and verifying it in another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from downloads.folders import disk_error
from downloads.media_root import configured_root, free_space_problem, prepare_root
from downloads.naming import collection_of
from downloads.partial import PARTIAL_FOLDER, PartialFile, hold_partial
from downloads.store import StoreRequest, thumbnail_path
from downloads.verification import VerifiedMedia, Verifier
from mediadl import clock
from mediadl.failpoints import reach
from mediadl.media import FailureKind, FetchMethod, MediaError
from mediadl.net.cookies import cookies_for
from mediadl.net.limits import FILE_BYTES_LIMIT
from mediadl.net.part_writer import OnProgress
from mediadl.net.stopping import StopSignal
from mediadl.net.transfer import FetchResult, Transfer, TransferRequest, Validators
from platforms.access import SiteAccess, access_for
from queue_app.engine.budgets import PageBudget
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.partial_keys import key_of_media
from queue_app.engine.results import Stored
from queue_app.engine.running import MediaTask

# A file that is damaged or not media is of no use for a later try; one of a broken transfer is.
_KEPT_KINDS = frozenset({FailureKind.STOPPED, FailureKind.DISK})
_SMALL_BYTES = 2 * 1024 * 1024
_ROOM_SECONDS = 1.0
_NOTE_SECONDS = 0.25
_NOTE_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file whose bytes are all here; its partial file is still held."""

    task: MediaTask
    partial: PartialFile
    result: FetchResult

    @property
    def is_small(self) -> bool:
        """Whether it is checked in milliseconds, as pictures are."""
        return self.result.size <= _SMALL_BYTES


class Fetcher:
    """The tools of one transfer thread: its connections stay open between files.

    Args:
        proxy: the only way out for child processes.
    """

    def __init__(self, proxy: ChildProxy) -> None:
        self._transfer = Transfer()
        self._room = _Room()
        self._proxy = proxy

    def close(self) -> None:
        """Close the connections."""
        self._transfer.close()

    def fetch(self, task: MediaTask, stop: StopSignal) -> Fetched:
        """Fetch the task's present candidate.

        Raises:
            MediaError: it failed or was stopped; what arrived stays in the partial file.
        """
        partial = _held(task)
        try:
            stop.raise_if_set()
            reach("engine.before_fetch")
            result = self._fetch(task, partial, stop)
        except BaseException:
            partial.close()
            raise
        return Fetched(task, partial, result)

    def _fetch(self, task: MediaTask, partial: PartialFile, stop: StopSignal) -> FetchResult:
        media = task.media
        task.bytes_start = task.bytes_done = partial.size()
        task.bytes_total = media.size

        note = _ResumeNote(partial)

        def on_progress(done: int, total: int | None) -> None:
            note.write_if_worth_it(done)
            if done < task.bytes_done:
                task.bytes_start = 0  # it started over
            task.bytes_done, task.bytes_total = done, total or task.bytes_total

        access = _access(task)
        if media.method is FetchMethod.YT_DLP:
            return self._fetch_stream(task, partial, stop, access, on_progress)
        try:
            return self._transfer.fetch(
                TransferRequest(
                    url=task.url,
                    fd=partial.fd,
                    headers=_headers(task, access),
                    cookies=cookies_for(access.cookies, task.url),
                    proxy_url=access.proxy_url,
                    resume=partial.read_validators() if task.bytes_done else None,
                    expected_size=media.size if task.candidate == 0 else None,
                    stop=stop,
                    on_progress=on_progress,
                    on_validators=note.remember,
                    reserve=self._room.reserve,
                )
            )
        except MediaError:
            if stop.reason != "delete":  # then nothing of it is to be left
                note.write()
            raise

    def _fetch_stream(
        self, task: MediaTask, partial: PartialFile, stop: StopSignal, access: SiteAccess, on_progress: OnProgress
    ) -> FetchResult:
        from platforms.fetching import fetch_stream

        item = task.running.item
        budget = PageBudget(item.platform, _downloader_of(task), task.url)
        with self._proxy.access(budget.count, access.proxy_url) as children:
            return fetch_stream(
                task.media,
                fd=partial.fd,
                part_path=partial.path,
                stop=stop,
                proxy_url=children.proxy_url,
                on_progress=on_progress,
                max_bytes=FILE_BYTES_LIMIT,
                access=access,
                refusal=children.refusal,
            )


def _downloader_of(task: MediaTask) -> str:
    info = task.running.downloader
    return info.name if info else task.running.item.used_downloader


def _access(task: MediaTask) -> SiteAccess:
    return access_for(task.running.item.platform, task.url)


def _headers(task: MediaTask, access: SiteAccess) -> Mapping[str, str]:
    """The medium's own headers; a site's user agent counts where they name none."""
    headers = task.media.headers
    if not access.user_agent or any(name.lower() == "user-agent" for name in headers):
        return headers
    return {**headers, "User-Agent": access.user_agent}


def verify(batch: Sequence[Fetched], verifier: Verifier) -> list[tuple[Fetched, Stored | Exception]]:
    """Check files and build what the store needs; their partial files stay held.

    Returns:
        for each file what is to be stored, or why it is not (a ``MediaError`` where it is not whole, not
        media, or not allowed: its bytes are gone then); its partial file is let go in that case.
    """
    answers: list[tuple[Fetched, Stored | Exception]] = []
    ready: list[Fetched] = []
    for fetched in batch:
        try:
            reach("engine.before_verify")
        except Exception as error:
            answers.append((fetched, _let_go(fetched, error)))
        else:
            ready.append(fetched)
    try:
        files = [(fetched.partial.path, thumbnail_path(fetched.result.sha256)) for fetched in ready]
        verified = verifier.verify_all(files)
    except Exception as error:
        return [*answers, *((fetched, _let_go(fetched, error)) for fetched in ready)]
    return [*answers, *((one, _judged(one, answer)) for one, answer in zip(ready, verified, strict=True))]


def _let_go(fetched: Fetched, error: Exception) -> Exception:
    fetched.partial.close()
    return error


def _judged(fetched: Fetched, answer: VerifiedMedia | MediaError) -> Stored | Exception:
    try:
        if isinstance(answer, VerifiedMedia):
            return _to_store(fetched, answer)
        if answer.kind not in _KEPT_KINDS:
            fetched.partial.discard()
    except Exception as error:  # this file's trouble (a folder that went read-only), not the drain's
        return _let_go(fetched, error)
    return _let_go(fetched, answer)


def _to_store(fetched: Fetched, verified: VerifiedMedia) -> Stored:
    task = fetched.task
    item, info = task.running.item, task.running.downloader
    downloader = _downloader_of(task)
    request = StoreRequest(
        item=task.media,
        platform=item.platform,
        downloader=downloader,
        collection=collection_of(item.platform, bool(info and info.third_party), downloader),
        source=item.source,
        queue_item_id=item.pk,
        attempts=task.tries + 1,
        partial=fetched.partial.path,
        fetch=fetched.result,
        verified=verified,
        thumbnail=thumbnail_path(fetched.result.sha256) if verified.has_thumbnail else None,
    )
    return Stored(task, request, fetched.partial)


def _held(task: MediaTask) -> PartialFile:
    root = configured_root()
    item = task.running.item
    key = key_of_media(item.platform, task.media)
    if not (root / PARTIAL_FOLDER).is_dir():  # it would be made: never where a disk should be mounted
        prepare_root(root)
    try:
        return hold_partial(root, key, item.fence)
    except FileNotFoundError:
        prepare_root(root)
    except BlockingIOError as error:
        raise MediaError(FailureKind.TRANSIENT, "FILE_BUSY", "Another worker still holds this file.") from error
    except OSError as error:
        raise disk_error(error, "a partial file") from error
    try:
        return hold_partial(root, key, item.fence)
    except OSError as error:
        raise disk_error(error, "a partial file") from error


class _ResumeNote:
    """What a resume needs beside the partial file: written only once the fetch takes long, or fails.

    Most files are small and whole in an instant; a side file for each would cost as much again.
    """

    def __init__(self, partial: PartialFile) -> None:
        self._partial = partial
        self._validators: Validators | None = None
        self._due_at = clock.monotonic() + _NOTE_SECONDS

    def remember(self, validators: Validators) -> None:
        """An answer for the whole file begins."""
        self._validators = validators

    def write_if_worth_it(self, done: int) -> None:
        """Write it if the fetch has taken long by now, or has brought much."""
        if self._validators is not None and (done > _NOTE_BYTES or clock.monotonic() > self._due_at):
            self.write()

    def write(self) -> None:
        """Write what is not written yet."""
        if self._validators is not None:
            self._partial.write_validators(self._validators)
            self._validators = None


class _Room:
    """Whether files fit above the free-space floor; small ones are not asked about one by one."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._small_bytes = 0

    def reserve(self, size: int) -> None:
        """Refuse a file that does not fit.

        Raises:
            MediaError: of kind ``DISK``.
        """
        now = clock.monotonic()
        self._small_bytes += size
        if now - self._asked_at < _ROOM_SECONDS and self._small_bytes < _SMALL_BYTES:
            return
        if problem := free_space_problem(needed_bytes=size, empty_bin=True):
            self._asked_at = float("-inf")
            raise problem
        self._asked_at, self._small_bytes = now, 0
