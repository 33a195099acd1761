"""Times of requests, and the table of them."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """What a case took: the 95th percentile and the first call in milliseconds, and the queries of one request."""

    p95_ms: float
    first_ms: float
    queries: int


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile of ``seconds``, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[math.ceil(0.95 * len(ordered)) - 1]


def p95_of(call: Callable[[int], None], times: int) -> float:
    """Call ``call`` (with the number of the call) so often; the 95th percentile in milliseconds."""
    seconds: list[float] = []
    for number in range(times):
        started = time.perf_counter()
        call(number)
        seconds.append(time.perf_counter() - started)
    return p95(seconds)


def as_table(rows: Sequence[tuple[str, Timing, Timing, float]]) -> str:
    """Rows of name, small, large and limit as Markdown."""
    lines = [
        "| request | p95 at 10,000 (ms) | p95 at 1,000,000 (ms) | the first of these | ratio | queries | limit (ms) |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, small, large, limit in rows:
        lines.append(
            f"| `{name}` | {small.p95_ms:.1f} | {large.p95_ms:.1f} | {large.first_ms:.1f} | "
            f"{large.p95_ms / small.p95_ms:.1f} | {large.queries} | {limit:.0f} |"
        )
    return "\n".join(lines)
