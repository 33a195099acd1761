"""One kind of trouble that a check found."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble.

    Attributes:
        title: what is wrong, with the number.
        examples: the things it is wrong with.
        advice: what the operator can do, where nothing can be mended safely.
        repair: mends it; returns a line that says what was done.
        repair_plan: what ``repair`` would do.
        is_harmless: worth knowing, but nothing is wrong.
    """

    title: str
    examples: list[str] = field(default_factory=list)
    advice: str = ""
    repair: Callable[[], str] | None = None
    repair_plan: str = ""
    is_harmless: bool = False
