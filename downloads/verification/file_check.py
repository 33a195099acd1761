"""One file from its first bytes to its thumbnail; runs inside the verification child."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from downloads.verification import sniffing
from downloads.verification.audio import check_flac, check_mp3, check_ogg
from downloads.verification.avi import check_avi
from downloads.verification.ebml import check_ebml
from downloads.verification.frames import write_frame
from downloads.verification.media import FileType, RefusedFileError, VerifiedMedia
from downloads.verification.mp4 import check_mp4
from downloads.verification.pictures import check_picture
from downloads.verification.placeholders import refuse_placeholder
from downloads.verification.window import Window
from mediadl.media import MediaType

_CONTAINER_CHECKS: dict[str, Callable[[Window, FileType], VerifiedMedia]] = {
    sniffing.MP4.name: check_mp4,
    sniffing.MOV.name: check_mp4,
    sniffing.M4A.name: check_mp4,
    sniffing.WEBM.name: check_ebml,
    sniffing.MKV.name: check_ebml,
    sniffing.AVI.name: check_avi,
    sniffing.MP3.name: check_mp3,
    sniffing.OGG.name: check_ogg,
    sniffing.FLAC.name: check_flac,
}


def check_file(path: Path, thumbnail: Path | None) -> VerifiedMedia:
    """Tell the file's type by its bytes, check that it is whole, and make its thumbnail.

    Raises:
        RefusedFileError: not a file to store.
        OSError: the file cannot be read.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
        window = Window.of_file(stream.fileno())
        if not len(window):
            raise RefusedFileError("EMPTY_FILE", "The site sent an empty file.")
        file_type = sniffing.sniff(window.read(0, sniffing.HEAD_BYTES))
        refuse_placeholder(window)
        if file_type.media_type is MediaType.IMAGE:
            return check_picture(stream, window, file_type, thumbnail)
        verified = _CONTAINER_CHECKS[file_type.name](window, file_type)
        if thumbnail is not None and write_frame(path, verified, thumbnail):
            verified = replace(verified, has_thumbnail=True)
        return verified
