"""The programs beside which the product is measured, each with the command a careful user would write."""

import hashlib
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.usage import Usage, run


@dataclass(frozen=True, slots=True)
class Peer:
    """One program: its name, and what it is told to fetch ``urls`` into an empty folder."""

    name: str
    program: str
    command: Callable[[Sequence[str], Path, Path], list[str]]

    @property
    def is_here(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.program) is not None

    def fetch(self, urls: Sequence[str], source: Path, target: Path) -> Usage:
        """Fetch ``urls`` (files of ``source``, for their checksums) into ``target``, which must not exist.

        Raises:
            RuntimeError: it failed, or did not fetch all.
        """
        target.mkdir(parents=True)
        usage = run(self.command(urls, source, target), cwd=target)
        there = sum(path.suffix == ".jpg" for path in target.rglob("*"))
        if there != len(urls):
            raise RuntimeError(f"{self.name} fetched {there} of {len(urls)} files")
        return usage


def _aria2c(urls: Sequence[str], source: Path, target: Path) -> list[str]:
    """Four at once, checksums verified."""
    lines = []
    for url in urls:
        name = url.rpartition("/")[2]
        digest = hashlib.sha256((source / name).read_bytes()).hexdigest()
        lines.append(f"{url}\n  out={name}\n  checksum=sha-256={digest}\n")
    listed = target.with_suffix(".txt")
    listed.write_text("".join(lines), encoding="utf-8")
    options = ["--no-conf", "--max-concurrent-downloads=4", "--max-connection-per-server=4", "--check-integrity=true"]
    return ["aria2c", *options, "--file-allocation=none", "--quiet", f"--input-file={listed}", f"--dir={target}"]


def _yt_dlp(urls: Sequence[str], _source: Path, target: Path) -> list[str]:
    listed = _listed(urls, target)
    options = ["--ignore-config", "--quiet", "--no-warnings", "--compat-options", "allow-unsafe-ext"]
    return [sys.executable, "-m", "yt_dlp", *options, "--batch-file", str(listed), "-o", f"{target}/%(id)s.%(ext)s"]


def _gallery_dl(urls: Sequence[str], _source: Path, target: Path) -> list[str]:
    listed = _listed(urls, target)
    return [sys.executable, "-m", "gallery_dl", "--config-ignore", "--quiet", "-d", str(target), "-i", str(listed)]


def _curl(urls: Sequence[str], _source: Path, target: Path) -> list[str]:
    """Four at once over kept connections; verifies nothing."""
    configuration = target.with_suffix(".txt")
    configuration.write_text("".join(f'url = "{url}"\nremote-name\n' for url in urls), encoding="utf-8")
    return ["curl", "-q", "--silent", "--fail", "--parallel", "--parallel-max", "4", "--config", str(configuration)]


def _listed(urls: Sequence[str], target: Path) -> Path:
    path = target.with_suffix(".txt")
    path.write_text("\n".join(urls) + "\n", encoding="utf-8")
    return path


ARIA2C = Peer("aria2c with checksums", "aria2c", _aria2c)
CURL = Peer("curl --parallel", "curl", _curl)
GALLERY_DL = Peer("gallery-dl", sys.executable, _gallery_dl)
YT_DLP = Peer("yt-dlp", sys.executable, _yt_dlp)
