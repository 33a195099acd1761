"""Run as a script: yt-dlp, which leaves no stream to ffmpeg that needs cookies.

It would write them into ffmpeg's command line, where every user of the machine can read them. Nothing
of the product is imported here. ``run_yt_dlp.py ARGS...``
"""

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

runpy.run_module("yt_dlp", run_name="__main__", alter_sys=True)
