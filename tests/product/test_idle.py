"""What the product costs while nothing happens."""

import time

import psutil

from tests.product.running import Product

MEASURED_SECONDS = 20.0
SETTLING_SECONDS = 5.0
SHARE_LIMIT = 0.04  # twice the aim: on a shared machine the same work takes more of a core


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def test_all_processes_together_stay_small_and_quiet(product: Product):
    time.sleep(SETTLING_SECONDS)  # what follows a start is not idling: nothing to wait for, only time
    tree = product.tree()
    before = _cpu_seconds(tree)
    time.sleep(MEASURED_SECONDS)
    share = (_cpu_seconds(tree) - before) / MEASURED_SECONDS
    memory = sum(process.memory_full_info().pss for process in product.tree()) / 2**20
    print(f"idle: {share:.1%} of a core, {memory:.0f} MB")  # noqa: T201 - the figures, aims 2 % and 350 MB
    assert share < SHARE_LIMIT, f"{share:.1%} of a core"
    assert memory < 350, f"{memory:.0f} MB"
