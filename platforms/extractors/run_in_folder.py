"""Run as a script: ``run_in_folder.py FOLDER MODULE-OR-SCRIPT ARGS...`` with FOLDER's packages before all others.

Nothing of the product is imported here: it runs with Python's own modules only.
"""

import runpy
import sys


def main() -> None:
    """Become the program."""
    folder, name, *arguments = sys.argv[1:]
    sys.path.insert(0, folder)
    sys.argv = [name, *arguments]
    if name.endswith(".py"):
        runpy.run_path(name, run_name="__main__")
    else:
        runpy.run_module(name, run_name="__main__", alter_sys=True)


main()
