"""``mediadl adopt``: look first, ask, then adopt; interrupted, the same command goes on."""

from collections.abc import Callable
from pathlib import Path

from downloads.adoption.archives import UnreadableArchiveError
from downloads.adoption.deciding import Decision
from downloads.adoption.request import PLATFORMS, AdoptionRefusedError, AdoptionRequest, FilePlacement
from downloads.adoption.request import refuse_wrong_places as refuse_places
from downloads.adoption.run import Progress, advance
from downloads.adoption.words import FILE_WORDS, lines_of
from mediadl.environment import EnvironmentProblem


def adopt_collection(
    *,
    folder: Path | None,
    archives: tuple[Path, ...],
    placement: str,
    platform: str,
    source: str,
    dry_run: bool,
    confirm: Callable[[], object] | None,
    say: Callable[[str], None],
) -> int:
    """Adopt, with a look first unless ``confirm`` is None. The exit code is 1 where files could not be taken."""
    if platform and platform not in PLATFORMS:
        raise EnvironmentProblem(f"--platform must be one of: {', '.join(PLATFORMS)}.")
    request = AdoptionRequest(folder, archives, FilePlacement(placement), platform, source)
    try:
        refuse_places(request, archives_too=False)
        if dry_run or confirm is not None:
            looked = _run(request, say, dry_run=True)
            if dry_run:
                return int(bool(looked.counts["failed"]))
            if confirm is not None:
                confirm()
        done = _run(request, say, dry_run=False)
    except (AdoptionRefusedError, UnreadableArchiveError) as error:
        raise EnvironmentProblem(str(error)) from error
    return int(bool(done.counts["failed"]))


def _run(request: AdoptionRequest, say: Callable[[str], None], *, dry_run: bool) -> Progress:
    def tell(one: Decision) -> None:
        if dry_run or one.what in ("refused", "failed"):
            as_what = f" as {one.platform}/{one.source} {one.item.media_id}" if one.what == "adopt" and one.item else ""
            word = FILE_WORDS.get(one.what, one.what)
            say(f"{word:8} {one.file.path}{as_what}{f': {one.detail}' if one.detail else ''}")

    progress = advance(request, Progress(), dry_run=dry_run, tell=tell)
    for line in lines_of(progress.counts, dry_run=dry_run):
        say(line)
    return progress
