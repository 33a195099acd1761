"""What a start does to the database: bring the tables up to date, make the first admin."""

from django.core.management import call_command
from django.db import DatabaseError, connection

from mediadl.environment import Environment, EnvironmentProblem


def migrate() -> None:
    """Apply the migrations of both databases.

    The broker's come first: on PostgreSQL both are the same server, whose record of applied
    migrations the second run reads.

    Raises:
        EnvironmentProblem: the database cannot be reached or used.
    """
    try:
        call_command("migrate", "django_q", database="broker", interactive=False, verbosity=0)
        call_command("migrate", database="default", interactive=False, verbosity=0)
    except DatabaseError as error:
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        where = "MEDIADL_DATABASE_URL" if connection.vendor == "postgresql" else connection.settings_dict["NAME"]
        raise EnvironmentProblem(f"The database cannot be used ({where}): {first_line}") from error


def create_first_admin(environment: Environment) -> str | None:
    """Make the first admin if there is no user yet.

    Returns:
        The password, if one was made: to be shown once. None if it was given, or not needed.

    Raises:
        EnvironmentProblem: the given password is not good enough.
    """
    from django.core.exceptions import ValidationError

    from mediadl.accounts.services import ensure_first_admin

    try:
        return ensure_first_admin(
            username=environment.admin_username,
            password=environment.admin_password,
            email=environment.admin_email,
        )
    except ValidationError as error:
        raise EnvironmentProblem(f"MEDIADL_ADMIN_PASSWORD: {' '.join(error.messages)}") from error
