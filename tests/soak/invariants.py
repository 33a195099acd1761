"""The engine's promises, checked on what a run left in the database and on disk.

One checker for every way of breaking things: :func:`broken_promises` in the test's own process, or
``python -m tests.soak.invariants`` (JSON on both ends) with the environment of an installation.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PARTIAL_FOLDER = ".partial"


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to be true at the end.

    Attributes:
        hashes: SHA-256 of every file that must be there, exactly these.
        acknowledged: the ids of queue items that a client was told about.
        statuses: statuses that items may have; all else is an item that is stuck.
        clean_partials: no partial file may be left.
    """

    hashes: Collection[str] = ()
    acknowledged: Collection[int] = ()
    statuses: Collection[str] = ("completed",)
    clean_partials: bool = True


def broken_promises(expected: Expected) -> list[str]:
    """Everything that is not as promised, each with the promise's number; empty when all is well."""
    return [
        *_requests(expected),
        *_items(expected),
        *_records(expected),
        *_files(expected),
        *_counts(),
        *_locks(),
        *_runs(),
        *_events(),
    ]


def _requests(expected: Expected) -> Iterator[str]:
    from queue_app.models import QueueItem

    ids = set(QueueItem.objects.values_list("pk", flat=True))
    for missing in sorted(set(expected.acknowledged) - ids):
        yield f"P1/P2: item {missing} was acknowledged and is lost"


def _items(expected: Expected) -> Iterator[str]:
    from queue_app.models import Attempt, Outcome, QueueItem
    from queue_app.states import ENDED

    for item in QueueItem.objects.all():
        if item.status not in expected.statuses:
            yield f"P2: item {item.pk} is {item.status} ({item.reason} {item.error_code} {item.error_message})"
        if (item.lease_worker is not None) != (item.status == "downloading"):
            yield f"P7: item {item.pk} is {item.status} with the lease of {item.lease_worker}"
        found = Counter(Outcome.objects.filter(item=item).values_list("outcome", flat=True))
        shown = (item.items_downloaded, item.items_skipped, item.items_failed)
        if shown != (found["downloaded"], found["skipped"], found["failed"]):
            yield f"P12: item {item.pk} shows {shown}, its outcomes are {dict(found)}"
        if item.status in ENDED and Attempt.objects.filter(item=item, ended_at__isnull=True).exists():
            yield f"P2: item {item.pk} has ended, a try of it has not"


def _records(expected: Expected) -> Iterator[str]:
    from downloads.models import Download

    completed = Download.objects.filter(status="completed").select_related("file__root")
    hashes = Counter(download.file_hash for download in completed)
    for download in completed:
        file = download.file
        path = Path(file.root.path) / file.path if file else Path("/nowhere")
        if not path.is_file():
            yield f"P3: {download.media_id} is completed, {path} is not there"
        elif _sha256(path) != download.file_hash or path.stat().st_size != download.file_size:
            yield f"P3: {path} is not what its record says"
    wanted = Counter(expected.hashes)
    yield from (f"P2: no record of {sha256}" for sha256 in wanted.keys() - hashes.keys())
    yield from (f"P3: a record of bytes that nobody served: {sha256}" for sha256 in hashes.keys() - wanted.keys())
    media = Counter(Download.objects.values_list("platform", "media_id"))
    yield from (f"P5: {key} is recorded {times} times" for key, times in media.items() if times > 1)


def _files(expected: Expected) -> Iterator[str]:
    from downloads.models import MediaRoot, StoredFile

    for root in (Path(path) for path in MediaRoot.objects.values_list("path", flat=True)):
        recorded = set(StoredFile.objects.filter(root__path=str(root)).values_list("path", flat=True))
        inodes: dict[str, set[int]] = {}
        for path in root.rglob("*"):
            name = path.relative_to(root).as_posix()
            if not path.is_file():
                continue
            if name.startswith(f"{_PARTIAL_FOLDER}/"):
                if expected.clean_partials:
                    yield f"P11: {name} is left"
                continue
            inodes.setdefault(_sha256(path), set()).add(path.stat().st_ino)
            if name not in recorded:
                yield f"P5: {name} has no record"
        yield from (f"P5: {sha256} is stored {len(nodes)} times" for sha256, nodes in inodes.items() if len(nodes) > 1)


def _counts() -> Iterator[str]:
    from downloads.models import CubeCell, CubeTotal, Download
    from queue_app.models import QueueCount, QueueItem

    records = Download.objects.count()
    for cube in (CubeCell, CubeTotal):
        if (counted := sum(cube.objects.values_list("n", flat=True))) != records:
            yield f"P12: {cube.__name__} counts {counted} of {records} downloads"
    rows = Counter(QueueItem.objects.values_list("platform", "status"))
    kept = {(cell.platform, cell.status): cell.n for cell in QueueCount.objects.all() if cell.n}
    if kept != dict(rows):
        yield f"P12: the queue's counts are {kept}, its rows {dict(rows)}"


def _locks() -> Iterator[str]:
    from mediadl.logs.models import LogRow

    for row in LogRow.objects.filter(message__icontains="database is locked")[:3]:
        yield f"P6: {row.message[:200]}"


def _runs() -> Iterator[str]:
    from scheduler.models import Run

    runs = Counter(Run.objects.filter(due_at__isnull=False).values_list("job_id", "due_at"))
    yield from (f"P10: job {job} ran {times} times for {due}" for (job, due), times in runs.items() if times > 1)


def _events() -> Iterator[str]:
    """Each item that ended well was told of exactly once."""
    from mediadl.events.models import OutboxEvent
    from queue_app.models import QueueItem

    events = OutboxEvent.objects.filter(type="download_completed").values_list("data", flat=True)
    told = Counter(json.loads(data)["queue_id"] for data in events)
    completed = set(QueueItem.objects.filter(status="completed").values_list("pk", flat=True))
    yield from (f"P12: nobody was told that item {pk} is completed" for pk in sorted(completed - told.keys()))
    yield from (f"P12: item {pk} was told of {times} times" for pk, times in told.items() if times > 1)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def expected_from(values: Mapping[str, object]) -> Expected:
    """What :func:`main` reads."""
    return Expected(**values)  # type: ignore[arg-type]


def main() -> None:
    """Tidy up and check the installation of this environment; JSON of :class:`Expected` in, a list of texts out."""
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from queue_app.engine.tidying import tidy_up

    tidy_up()  # as the next drain does before it begins
    json.dump(broken_promises(expected_from(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
