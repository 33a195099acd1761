"""Run as a script: yt-dlp, with two things mended. Nothing of the product is imported here. ``run_yt_dlp.py ARGS...``

It leaves no stream to ffmpeg that needs cookies: it would write them into ffmpeg's command line, where
every user of the machine can read them.

A stream that it goes on with has no fragment twice. It appends a fragment, then notes that it did; killed
in between (or while it notes), it would append the same one again. So the file's size is noted as well, and
what is beyond that size is cut off before anything is appended.
"""

import os
import runpy
from contextlib import suppress
from typing import Any

with suppress(ModuleNotFoundError):  # without downloaders there is nothing to keep from ffmpeg
    from yt_dlp.downloader.external import FFmpegFD

    _call = FFmpegFD._call_downloader

    def _call_without_cookies(self: Any, tmpfilename: str, info_dict: dict[str, Any]) -> Any:
        formats = info_dict.get("requested_formats") or [info_dict]
        if any(self.ydl.cookiejar.get_cookies_for_url(one["url"]) for one in formats):
            self.report_error("This stream needs ffmpeg, which would show the site's cookies in the process list.")
            return 1
        return _call(self, tmpfilename, info_dict)

    FFmpegFD._call_downloader = _call_without_cookies

with suppress(ModuleNotFoundError):
    from yt_dlp.downloader.fragment import FragmentFD

    _read_note, _write_note = FragmentFD._read_ytdl_file, FragmentFD._write_ytdl_file

    def _size_file(downloader: Any, ctx: dict[str, Any]) -> str:
        return f"{downloader.ytdl_filename(ctx['filename'])}.size"

    def _write_size_and_note(self: Any, ctx: dict[str, Any]) -> None:
        stream = ctx.get("dest_stream")
        size = os.fstat(stream.fileno()).st_size if stream else 0
        beside = f"{_size_file(self, ctx)}.new"
        with open(beside, "w", encoding="ascii") as file:  # noqa: PTH123 - as yt-dlp itself
            file.write(f"{ctx['fragment_index']} {size}")
        os.replace(beside, _size_file(self, ctx))  # noqa: PTH105
        _write_note(self, ctx)

    def _read_size_and_cut(self: Any, ctx: dict[str, Any]) -> None:
        """Of both notes the size's counts: it is written first, and whole or not at all."""
        _read_note(self, ctx)
        file = self.temp_name(ctx["filename"])
        there = os.path.getsize(file) if os.path.exists(file) else 0  # noqa: PTH110, PTH202
        try:
            with open(_size_file(self, ctx), encoding="ascii") as noted:  # noqa: PTH123
                index, size = map(int, noted.read().split())
        except (OSError, ValueError):
            if not ctx.get("ytdl_corrupt"):
                return  # begun before there were sizes
            index = size = 0
        if not index or size > there:  # lost with the power
            index = size = 0
        ctx.pop("ytdl_corrupt", None)
        ctx["fragment_index"] = index
        if there > size:
            os.truncate(file, size)

    FragmentFD._read_ytdl_file, FragmentFD._write_ytdl_file = _read_size_and_cut, _write_size_and_note

runpy.run_module("yt_dlp", run_name="__main__", alter_sys=True)
