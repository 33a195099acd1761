"""Signed-in users: ``python -m tests.bench.people <count>`` prints a token each, which lives for hours.

A user may have ten sockets open; two hundred need twenty of them.
"""

import os
import subprocess
import sys
from datetime import timedelta

from tests.product.running import Product

LIFETIME = timedelta(hours=6)  # longer than any measurement; a login's token lives a quarter of an hour


def sign_in_people(product: Product, count: int) -> list[str]:
    """Access tokens of so many viewers."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.people", str(count)],
        env=product.environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return output.split()


def main() -> None:
    """Make the users and print their tokens."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from mediadl.accounts.access_tokens import TokenType, issue
    from mediadl.accounts.models import Session, User
    from mediadl.accounts.services.sessions import start_session

    for number in range(int(sys.argv[1])):
        user, _ = User.objects.get_or_create(username=f"bench{number}", defaults={"role": "viewer"})
        session = start_session(user, Session.Kind.TOKEN, address="", user_agent="bench", lifetime=LIFETIME)
        print(issue(TokenType.ACCESS, session_id=session.pk, user_id=user.pk, lifetime=LIFETIME))  # noqa: T201


if __name__ == "__main__":
    main()
