"""One server for all tests that only speak to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.server_process import ServerProcess, running_server

SAMPLE = "tests.unit.web.sample_app:application"


@pytest.fixture(scope="package")
def server_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="package")
def server(server_data: Path) -> Iterator[ServerProcess]:
    film = server_data / "film.mp4"
    with film.open("wb") as file:
        file.truncate(300_000_000)
    with running_server(SAMPLE, data_dir=server_data, TEST_FILE=str(film), TEST_REQUEST_SECONDS="1.5") as running:
        yield running
