"""How large a soak test is, and the figures that it leaves for ``docs/reliability.md``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run.

    Attributes:
        factor: share of the full size; None in ``make test``, where everything is small.
        times: repeats that were asked for, whatever the factor says.
    """

    factor: float | None = None
    times: int | None = None

    def of(self, quick: int, full: int) -> int:
        """A number of things: ``quick`` in ``make test``, else the share of ``full`` (not below ``quick``)."""
        return quick if self.factor is None else max(quick, round(full * self.factor))

    def repeats(self, full: int) -> int:
        """How often something is repeated: once in ``make test``."""
        if self.times is not None:
            return max(1, self.times)
        return self.of(1, full)


@dataclass(slots=True)
class Figures:
    """What was measured, in rows of a Markdown table."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    tallies: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, what: str, size: str, seen: str) -> None:
        """One line: what was broken, how often, what came of it."""
        self.rows.append((what, size, seen))

    def tally(self, what: str, seen: str) -> None:
        """One of many repeats that ended the same way: shown as one line with their number."""
        self.tallies[what, seen] += 1

    def markdown(self) -> str:
        """The table."""
        head = [("What was broken", "How often", "What came of it"), ("---", "---", "---")]
        counted = [(what, f"{times} times", seen) for (what, seen), times in self.tallies.items()]
        return "\n".join("| " + " | ".join(row) + " |" for row in [*head, *self.rows, *counted])


FIGURES = Figures()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of all lie (the nearest one that was seen)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
