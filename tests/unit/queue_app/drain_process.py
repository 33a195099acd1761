"""A drain in a process of its own, with the test's database, to be killed: ``python -m ... <database> <broker>``.

Prints a line when it begins and one when it has ended; the fake site lists what the JSON on its
standard input says: ``{path: [[media id, media url], ...]}``. With ``ROUNDS`` it looks for work so
many times, as the supervisor would let it.
"""

import json
import os
import sys
from urllib.parse import urlsplit


def main() -> None:
    import mediadl.settings as project

    project.DATABASES["default"]["NAME"] = sys.argv[1]
    project.DATABASES["broker"]["NAME"] = sys.argv[2]
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from mediadl import failpoints
    from queue_app.engine.drain import run_drain
    from scheduler.ticks import tick
    from tests.unit.queue_app import fake_site
    from tests.unit.queue_app.building import media

    failpoints.arm(os.environ.get("MEDIADL_FAILPOINTS", ""))
    fake_site.register()
    for path, entries in json.load(sys.stdin).items():
        url = f"https://{fake_site.HOST}{urlsplit(path).path}"
        fake_site.SITE.lists(*(media(media_id, media_url) for media_id, media_url in entries), url=url)
    print("begins", flush=True)  # noqa: T201 - the test reads it
    for _ in range(int(os.environ.get("ROUNDS", "1"))):
        tick()
        run_drain(linger_seconds=0)
    print("ended", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
