"""Which gallery-dl and yt-dlp are used: those that came with the product, or newer ones below the data folder.

``<data>/extractors/current.json`` names the folder of the newest pair that passed its test. A product
that brings newer ones itself uses its own again.
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from django.conf import settings

PACKAGES = ("gallery-dl", "yt-dlp")
CURRENT_FILE = "current.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """A pair of programs below the data folder.

    Attributes:
        versions: by package.
    """

    folder: Path
    versions: dict[str, str]
    installed_at: datetime


def extractors_folder() -> Path:
    """Where everything about them lies."""
    return Path(settings.DATA_DIR) / "extractors"


def current() -> Installed | None:
    """The pair that is used in place of the product's own, or None."""
    root = extractors_folder()
    try:
        data = json.loads((root / CURRENT_FILE).read_text("utf-8"))
        found = Installed(
            folder=root / Path(str(data["folder"])).name,
            versions={package: str(data["versions"][package]) for package in PACKAGES},
            installed_at=datetime.fromisoformat(data["installed_at"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    own = bundled_versions()
    is_newer = any(_order(found.versions[package]) > _order(own[package]) for package in PACKAGES)
    return found if is_newer and found.folder.is_dir() else None


def current_folder() -> Path | None:
    """The folder whose programs are started; None for the product's own."""
    found = current()
    return found.folder if found else None


def versions() -> dict[str, str]:
    """The versions in use, by package."""
    found = current()
    return found.versions if found else bundled_versions()


def bundled_versions() -> dict[str, str]:
    """The versions that came with the product; empty where one is missing."""
    return {package: _version(package) for package in PACKAGES}


def versions_in(folder: Path) -> dict[str, str]:
    """The versions that were installed into ``folder``."""
    names = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions(path=[str(folder)])}
    return {package: names.get(package, "") for package in PACKAGES}


def make_current(found: Installed) -> None:
    """Use this pair from now on; programs that run go on with theirs."""
    data = {
        "folder": found.folder.name,
        "versions": found.versions,
        "installed_at": found.installed_at.isoformat(),
    }
    path = extractors_folder() / CURRENT_FILE
    fresh = path.with_name(f".{CURRENT_FILE}.{os.getpid()}")
    fresh.write_text(json.dumps(data), "utf-8")
    fresh.replace(path)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _order(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
