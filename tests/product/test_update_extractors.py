"""``mediadl update-extractors`` as an operator types it, while the product runs; what the doctor and the API say."""

from pathlib import Path

from tests.fakes.extractor_wheels import add_wheel
from tests.product.running import Product
from tests.product.test_commands import run_command


def test_the_command_installs_tests_and_tells(product: Product, tmp_path: Path):
    index = tmp_path / "index"
    index.mkdir()
    product.variables |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": "/dev/null"}
    for package in ("gallery-dl", "yt-dlp"):
        add_wheel(index, package, "9001.1.1")
    code, output, errors = run_command(product, "update-extractors", seconds=300)
    assert (code, errors) == (0, ""), output
    assert output.splitlines() == ["The newest are in use.", "gallery-dl 9001.1.1", "yt-dlp 9001.1.1"]

    _code, output, _errors = run_command(product, "doctor")
    assert "Extractors: gallery-dl 9001.1.1, yt-dlp 9001.1.1" in output.splitlines()
    shown = product.request("GET", "/api/v1/platforms/extractors").json()  # the server that runs uses them at once
    assert {one["version"] for one in shown["extractors"]} == {"9001.1.1"}

    add_wheel(index, "yt-dlp", "9002.1.1", works=False)
    code, output, errors = run_command(product, "update-extractors", seconds=300)
    assert code == 1
    assert "The extractors were not updated" in errors  # the log, which a terminal shows too
    assert output.splitlines()[0].startswith("yt-dlp does not list a stream any more.")
    assert output.splitlines()[-1] == "yt-dlp 9001.1.1"
