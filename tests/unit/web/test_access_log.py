"""The access log tells what was asked for, never the secrets in it."""

import json
from pathlib import Path

import httpx
import pytest

from mediadl.web.access_log import AccessLog, redacted
from tests.unit.web.server_process import ServerProcess


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/ws/downloads?token=abc.def&since=5", "/ws/downloads?token=***&since=5"),
        ("/ws/downloads?since=5&ticket=abc", "/ws/downloads?since=5&ticket=***"),
        ("/x?TOKEN=a", "/x?TOKEN=***"),
        ("/x?mytoken=a&page=2", "/x?mytoken=a&page=2"),
        ("/x", "/x"),
    ],
)
def test_secret_parameters_are_blanked(target: str, expected: str) -> None:
    assert redacted(target) == expected


def test_a_request_is_one_json_line(server: ServerProcess, server_data: Path) -> None:
    httpx.get(f"{server.url}/hello?token=sesame&n=1")
    lines = (server_data / "logs" / "access.log").read_text().splitlines()
    (line,) = [json.loads(text) for text in lines if "n=1" in text]
    assert line["path"] == "/hello?token=***&n=1"
    assert (line["method"], line["status"], line["bytes"]) == ("GET", 200, 6)
    assert "sesame" not in "".join(lines)


def test_it_does_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediadl.web.access_log.FILE_BYTES", 2000)
    log = AccessLog(tmp_path / "access.log")
    for number in range(200):
        log(None, "complete", {"path": f"/{number}", "status": 200, "time_taken": 0.001})
    log.close()
    files = list(tmp_path.iterdir())
    assert len(files) == 3
    assert sum(file.stat().st_size for file in files) < 8000
