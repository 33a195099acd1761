"""``mediadl user add``."""

from django.core.exceptions import ValidationError

from mediadl.environment import EnvironmentProblem
