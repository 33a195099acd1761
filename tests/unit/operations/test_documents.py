"""What the documents promise is there."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def test_the_readme_lists_every_variable():
    source = (PROJECT / "mediadl" / "environment.py").read_text()
    names = re.findall(r'\bget\("(?:MEDIADL_)?([A-Z_]+)"', source)
    variables = {f"MEDIADL_{name}" for name in names}
    documented = set(re.findall(r"^\| `(MEDIADL_[A-Z_]+)`", (PROJECT / "README.md").read_text(), re.MULTILINE))
    assert variables - {"MEDIADL_ENV", "MEDIADL_FAILPOINTS", "MEDIADL_TEST_HOST_MAP"} == documented


def test_the_readme_lists_every_command():
    from mediadl.cli import cli

    readme = (PROJECT / "README.md").read_text()
    for name in cli.commands:
        assert f"`mediadl {name}" in readme


def test_locks_hold_hashes_and_no_addresses():
    lock = (PROJECT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = re.findall(r"^[a-z0-9][^\s]*==[^\s]+", lock, re.MULTILINE)
    assert len(pinned) > 80
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "resolved" not in (PROJECT / "package-lock.json").read_text()


def test_links_between_the_documents_lead_somewhere():
    for document in (PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
