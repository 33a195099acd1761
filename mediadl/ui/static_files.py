"""Our own assets: URLs that change with the content, so that browsers may keep them, and gzip on the wire."""

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

OWN_FOLDERS = ("css/", "js/", "vendor/", "build/", "icons/")
COMPRESSIBLE = (".css", ".js", ".svg", ".webmanifest")
VERSION_LENGTH = 10  # hex digits of the content's hash


@lru_cache(maxsize=512)
def _content_version(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:VERSION_LENGTH]


@lru_cache(maxsize=512)
def _found(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"The asset {name} is missing; `make setup` makes those of static/vendor and build.")
    return str(path)


def asset_url(name: str) -> str:
    """The URL of an asset below ``static/``, with its content's hash as the query.

    Raises:
        FileNotFoundError: there is no such asset.
    """
    return f"{static(name)}?v={_content_version(_found(name))}"


def _compressed_copy(path: Path) -> Path:
    """The gzip file for this content in the cache folder, made at the first start that meets it."""
    copy: Path = settings.DATA_DIR / "cache" / "compressed" / f"{path.name}.{_content_version(str(path))}.gz"
    if not copy.is_file():
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_suffix(f".{os.getpid()}.new")  # two web processes may start at once
        part.write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
        part.replace(copy)
    return copy


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc] # untyped package
    """WhiteNoise that serves our text assets compressed and lets browsers keep all of ours for good.

    Their URLs carry the content's hash (:func:`asset_url`). Files of other packages, such as the
    admin's, have plain URLs and keep WhiteNoise's short life.
    """

    def _is_ours(self, path: str) -> bool:
        return any(Path(path).is_relative_to(settings.ASSETS_DIR / folder) for folder in OWN_FOLDERS)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether a browser may keep the file without asking again."""
        del url
        return self._is_ours(path)

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """The answers for one file; ours that hold text get a compressed alternative."""
        if not (self._is_ours(path) and path.endswith(COMPRESSIBLE)):
            return super().get_static_file(path, url, stat_cache=stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(_compressed_copy(Path(path)))})
