"""``mediadl doctor``: do records, files and counts say the same?"""

from mediadl.operations.doctor.examination import Findings, examine

__all__ = ["Findings", "examine"]
