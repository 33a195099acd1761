"""Demo rows for looking at the pages: ``python -m tests.browser.demo_data [COUNT]`` in a data folder of its own."""

import os
import sys
from pathlib import Path

import django

from tests.browser.site import PASSWORD

WAITING = 2  # items that only wait their turn


def main(count: int) -> None:
    """Migrate an empty database and fill it; with 0 downloads there are only the users."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadl.settings")
    django.setup()
    from django.core.management import call_command

    from mediadl.accounts.models import Role, User
    from mediadl.configuration.services import change
    from tests.browser.demo_jobs import add_jobs, add_logs, add_sites
    from tests.browser.demo_library import add_downloads
    from tests.browser.demo_queue import add_queue

    for database in ("default", "broker"):
        call_command("migrate", database=database, verbosity=0)
    admin = User.objects.create_superuser("admin", "admin@example.com", PASSWORD, role=Role.ADMIN)
    User.objects.create_user("viewer", "viewer@example.com", PASSWORD, role=Role.VIEWER)
    change({"general": {"storage_limit_gb": 500}}, user=admin)
    if count:
        add_downloads(count, Path(os.environ["MEDIADL_DATA_DIR"]) / "downloads")
        add_queue(WAITING)
        add_jobs()
        add_sites()
        add_logs()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
