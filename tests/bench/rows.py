"""What a bench prints: Markdown rows and the machine's load while they were made."""

import os
import sys
from collections.abc import Sequence


def say_rows(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table (figures to one place) and the load average."""
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|--:" * (len(columns) - 1) + "|"]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    sys.stdout.write("\n" + "\n".join(lines) + f"\nload (1, 5, 15 minutes): {load}\n")
    sys.stdout.flush()


def _cell(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
