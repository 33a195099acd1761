"""``mediadl user add``."""

from mediadl.environment import EnvironmentProblem


def add_user(*, username: str, role: str, email: str, password: str) -> str | None:
    """Add a user; returns the password if one was made, None if it was given.

    Raises:
        EnvironmentProblem: the name is taken or not allowed, or the password is too weak.
    """
    from mediadl.accounts.passwords import generated_password
    from mediadl.accounts.services import create_user
    from mediadl.api.errors import ApiError

    made = "" if password else generated_password()
    try:
        create_user(username=username, password=password or made, email=email, role=role)
    except ApiError as error:
        reasons = [message for messages in error.field_errors.values() for message in messages]
        raise EnvironmentProblem(" ".join(reasons) or error.detail) from error
    return made or None
