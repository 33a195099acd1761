"""Makes static/vendor and static/build from the packages that ``npm ci`` installed.

Copies htmx, idiomorph and the font as they are, and joins the icons that the pages name
(static/icons/names.txt) and our own marks into one sprite. Running it again changes nothing.
"""

import re
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = PROJECT / "node_modules"
STATIC = PROJECT / "static"
VENDOR = STATIC / "vendor"
SPRITE = STATIC / "build" / "icons.svg"
ICON_NAMES = STATIC / "icons" / "names.txt"
MARKS = STATIC / "icons" / "marks.svg"
STROKE_WIDTH = "1.75"  # look.md: Tabler's own 2 is too heavy beside our type

COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
    "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2": "figtree-latin.woff2",
    "@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2": "figtree-latin-ext.woff2",
    "@fontsource-variable/figtree/LICENSE": "figtree-LICENSE.txt",
}

_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BOUNDING_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


class MissingPackageError(Exception):
    """A file that ``npm ci`` should have installed is not there."""


def _installed(relative: str) -> Path:
    path = PACKAGES / relative
    if not path.is_file():
        raise MissingPackageError(f"{path.relative_to(PROJECT)} is missing: run `npm ci` first.")
    return path


def _write_if_changed(path: Path, content: bytes) -> None:
    """Keep the time of a file that is already right: browsers and WhiteNoise look at it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


def copy_packages() -> None:
    """Copy the vendored files, and drop those of an earlier list."""
    for source, name in COPIES.items():
        _write_if_changed(VENDOR / name, _installed(source).read_bytes())
    for stale in VENDOR.iterdir():
        if stale.name not in COPIES.values():
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()


def icon_symbol(name: str, source: str) -> str:
    """One Tabler icon as a symbol that takes its colour from where it is used."""
    match = _BODY.search(source)
    if match is None:
        raise MissingPackageError(f"The icon {name} is not an SVG.")
    shapes = re.sub(r"\s+", " ", _BOUNDING_BOX.sub("", match.group(1))).strip()
    shapes = shapes.replace("> <", "><").replace(" />", "/>")
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24"><g fill="none" stroke="currentColor" stroke-width="{STROKE_WIDTH}"'
        f' stroke-linecap="round" stroke-linejoin="round">{shapes}</g></symbol>'
    )


def build_sprite() -> None:
    """Join the named icons and our marks into one file."""
    names = sorted(set(ICON_NAMES.read_text(encoding="utf-8").split()))
    symbols = [
        icon_symbol(name, _installed(f"@tabler/icons/icons/outline/{name}.svg").read_text(encoding="utf-8"))
        for name in names
    ]
    marks = re.findall(r"<symbol.*?</symbol>", MARKS.read_text(encoding="utf-8"), re.DOTALL)
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, *marks, "</svg>", ""]
    _write_if_changed(SPRITE, "\n".join(lines).encode())


def main() -> int:
    """Make both folders; 0 when they are right, 1 with one line that says what is missing."""
    try:
        copy_packages()
        build_sprite()
    except MissingPackageError as error:
        sys.stderr.write(f"assets: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
