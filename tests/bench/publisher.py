"""A worker that only commits events: ``python -m tests.bench.publisher <seconds> <events a second> <bytes>``.

The environment names the data folder. The events are numbered; prints when each was committed
(the machine's monotonic clock).
"""

import json
import os
import subprocess
import sys
import time

from tests.product.running import Product

SLACK_SECONDS = 60.0


def publish(product: Product, *, seconds: float, a_second: float, size: int = 300) -> list[float]:
    """Commit events at a pace; returns the times of their commits, by their number."""
    arguments = [str(seconds), str(a_second), str(size)]
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.publisher", *arguments],
        env=product.environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds + SLACK_SECONDS,
    ).stdout
    committed: list[float] = json.loads(output)
    return committed


def main() -> None:
    """Publish, then print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from django.db import transaction

    from mediadl.events.services import publish as publish_event

    seconds, a_second, size = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    committed: list[float] = []
    started = time.monotonic()
    while (due := started + len(committed) / a_second) < started + seconds:
        time.sleep(max(due - time.monotonic(), 0.0))
        with transaction.atomic():
            publish_event("queue_updated", {"n": len(committed), "filling": "x" * size})
        committed.append(time.monotonic())
    json.dump(committed, sys.stdout)


if __name__ == "__main__":
    main()
