"""Placing a group of files: sync all, rename without overwriting, sync each folder once.

No transaction is open meanwhile. Every file ends at its place or stays in its partial file; one
that cannot be placed does not stop the others.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from downloads.folders import folder
from downloads.known import recorded_and_present
from downloads.limits import refuse_what_does_not_fit
from downloads.partial import remove_side_file
from downloads.path_template import place_of
from downloads.placing_group import Move, PlacingGroup
from downloads.rows import moment_of, row_of
from downloads.store_requests import PlacedFile, Placement, StoreRequest
from downloads.thumbnails import thumbnail_path
from mediadl.configuration.selectors import value
from mediadl.media import MediaError


def place_files(requests: Sequence[StoreRequest]) -> list[PlacedFile | MediaError]:
    """Bring verified partial files to their places, durably; answers in the order of ``requests``.

    Same bytes as a stored file become a hard link to it. What is placed is then given to
    ``record_files``, or back with ``withdraw_files``. Where an error is answered the partial file
    is still there. If this raises, all files of the group are back in their partial files.
    """
    moves = [_move(request) for request in requests]
    recorded = recorded_and_present([(move.row.platform, move.row.media_id) for move in moves])
    firsts: dict[tuple[str, str], Move] = {}
    for move in moves:
        key = (move.row.platform, move.row.media_id)
        if key in recorded or firsts.setdefault(key, move) is not move:
            move.is_twin = True
    new = [move for move in moves if not move.is_twin]
    for move, problem in zip(new, refuse_what_does_not_fit([move.row.size for move in new]), strict=True):
        move.result = problem
    for root in dict.fromkeys(move.root for move in moves):
        group = PlacingGroup(root, [move for move in new if move.root == root and move.result is None])
        group.place()
    for move in moves:
        if move.is_twin:
            first = firsts.get((move.row.platform, move.row.media_id))
            _settle_twin(move, first)
        else:
            _keep_thumbnail(move.request)
    return [move.answer() for move in moves]


def _move(request: StoreRequest) -> Move:
    moment = moment_of(request)
    values = {
        "collection": request.collection,
        "platform": request.platform,
        "downloader": request.downloader,
        "source": request.source,
        "content_type": request.item.content_type,
        "media_id": request.item.media_id,
    }
    return Move(
        request=request,
        row=row_of(request),
        root=request.partial.parent.parent,
        place=place_of(str(value("general.path_template")), values, moment),
        moment=moment,
    )


def _settle_twin(move: Move, first: Move | None) -> None:
    """Its media item is recorded, or its twin in this group has been placed: this one only goes."""
    if first is not None and not isinstance(first.result, PlacedFile) and first is not move:
        move.result = first.answer()
        return
    with suppress(FileNotFoundError), folder(move.root, (move.request.partial.parent.name,)) as inside:
        os.unlink(move.request.partial.name, dir_fd=inside)
        remove_side_file(move.request.partial, inside)
    move.result = PlacedFile(
        row=move.row,
        root=move.root,
        root_id=0,
        path="",
        placement=Placement.NOT_PLACED,
        partial=move.request.partial,
    )


def _keep_thumbnail(request: StoreRequest) -> None:
    """Bring a thumbnail that was written elsewhere to its place."""
    target = thumbnail_path(request.fetch.sha256)
    if request.thumbnail is None or request.thumbnail == target:
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        Path(request.thumbnail).replace(target)
