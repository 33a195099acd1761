"""All checks in one go, what they found, and what can be mended."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError

from mediadl.operations.doctor.counts import check_counts
from mediadl.operations.doctor.database import check_database
from mediadl.operations.doctor.files import check_files
from mediadl.operations.doctor.findings import Finding
from mediadl.operations.doctor.machine import check_machine
from mediadl.operations.doctor.secrets import check_secrets
from platforms.extractors.environment import versions

SHOWN_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Findings:
    """The outcome of an examination."""

    found: list[Finding]
    looked_at: list[str]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.is_harmless for finding in self.found)

    def report(self) -> Iterator[str]:
        """Everything, in lines for people."""
        yield from self.looked_at
        for finding in self.found:
            yield f"{'Note' if finding.is_harmless else 'WRONG'}: {finding.title}"
            for example in finding.examples[:SHOWN_EXAMPLES]:
                yield f"    {example}"
            if len(finding.examples) > SHOWN_EXAMPLES:
                yield f"    … and {len(finding.examples) - SHOWN_EXAMPLES} more"
            if finding.advice:
                yield f"    {finding.advice}"
        if self.healthy:
            yield "Everything fits together."

    def plan(self) -> list[str]:
        """What :meth:`carry_out` would do."""
        return [finding.repair_plan for finding in self.found if finding.repair is not None]

    def carry_out(self) -> Iterator[str]:
        """Mend what can be mended, one line each."""
        for finding in self.found:
            if finding.repair is not None:
                yield finding.repair()


def examine(*, check_hashes: bool) -> Findings:
    """Run all checks.

    Safe while the product runs: what changed between two looks is looked at again before it counts.

    Args:
        check_hashes: also read every stored file and compare its SHA-256.
    """
    found: list[Finding] = []
    looked_at: list[str] = []
    checks = (
        check_database,
        check_machine,
        check_secrets,
        lambda: check_files(check_hashes=check_hashes),
        check_counts,
    )
    for check in checks:
        try:
            summary, findings = check()
        except DatabaseError:
            if all(finding.is_harmless for finding in found):
                raise
            return Findings(found, [*looked_at, "Nothing else can be looked at."])  # the database's damage is told
        looked_at.append(summary)
        found.extend(findings)
    looked_at.append("Extractors: " + ", ".join(f"{name} {used or 'missing'}" for name, used in versions().items()))
    return Findings(found, looked_at)
