"""Wheels of gallery-dl and yt-dlp for pip, in a folder that stands for the package index.

A working one hands over to the real program of this installation under a version of its own.
"""

import zipfile
from pathlib import Path

_HANDS_OVER = """
import os, runpy, sys
here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:] = [one for one in sys.path if os.path.abspath(one or ".") != here]
for name in [one for one in sys.modules if one.split(".")[0] == "{module}"]:
    del sys.modules[name]
runpy.run_module("{module}", run_name="__main__", alter_sys=True)
"""
_BROKEN = "raise SystemExit('this release is broken')"


def add_wheel(folder: Path, package: str, version: str, *, works: bool = True) -> None:
    """Put a release of ``package`` into the index."""
    module = package.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": "",
        f"{module}/__main__.py": _HANDS_OVER.format(module=module) if works else _BROKEN,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{info}/RECORD"
    files[record] = "".join(f"{name},,\n" for name in [*files, record])
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
