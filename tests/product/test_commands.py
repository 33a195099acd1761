"""The commands beside ``serve``, as an operator types them."""

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.product.running import Product, command


def run_command(
    product: Product, *arguments: str, text: str = "", cwd: Path | None = None, seconds: float = 60, **variables: str
) -> tuple[int, str, str]:
    """Exit code, output and error output of ``mediadl`` with these arguments, on the product's data folder."""
    done = subprocess.run(
        command(*arguments),
        env=product.environment() | variables,
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _signs_in(product: Product, username: str, password: str) -> int:
    body = {"username": username, "password": password}
    return product.request("POST", "/api/v1/auth/login", body, token="").status


def test_users_backups_and_the_doctor_while_it_runs(product: Product, tmp_path: Path):
    # From any folder: the installation is told by its data folder alone.
    code, output, errors = run_command(
        product, "user", "add", "eva", "--role", "viewer", "--password-stdin", text="\n", cwd=tmp_path
    )
    assert (code, errors) == (0, "")
    password = output.split("password ")[1].split()[0]
    assert _signs_in(product, "eva", password) == 200

    code, output, errors = run_command(
        product, "user", "add", "EVA", "--password-stdin", text="another good password\n"
    )
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "taken" in errors

    code, output, errors = run_command(product, "user", "add", "bob", "--password-stdin", text="short\n")
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1

    # As a script does it: the variable says the password, which is not shown.
    script = ("user", "add", "carol", "--role", "user", "--email", "carol@example.org")
    code, output, errors = run_command(product, *script, MEDIADL_USER_PASSWORD="a sound password")
    assert (code, errors) == (0, "")
    assert "a sound password" not in output
    assert _signs_in(product, "carol", "a sound password") == 200
    code, output, errors = run_command(product, "user", "add", "dave", MEDIADL_USER_PASSWORD="short")
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    code, output, errors = run_command(product, "user", "add", "dave")  # nobody at the console
    assert (code, errors) == (0, "")
    assert _signs_in(product, "dave", output.split("password ")[1].split()[0]) == 200

    file = tmp_path / "backup.tar"
    code, output, errors = run_command(product, "backup", str(file))
    assert (code, errors) == (0, "")
    code, output, errors = run_command(product, "doctor", "--hash")
    assert (code, errors) == (0, "")
    assert "Everything fits together." in output

    code, output, errors = run_command(product, "restore", str(file))  # nobody at the console to be asked
    assert code == 2
    assert "in use by another" in errors

    assert run_command(product, "user", "add", "late", "--password-stdin", text="\n")[0] == 0
    product.stop()
    code, output, errors = run_command(product, "restore", str(file))  # what was there is kept beside it
    assert (code, errors) == (0, "")
    product.start()
    assert _signs_in(product, "eva", password) == 200
    code, output, errors = run_command(product, "user", "add", "late", "--password-stdin", text="\n")
    assert (code, errors) == (0, "")


def test_a_folder_without_installation_is_said_and_not_made(new_product, tmp_path: Path):
    product = new_product()
    for arguments in (("doctor",), ("backup", str(tmp_path / "b.tar")), ("user", "add", "eva")):
        code, output, errors = run_command(product, *arguments)
        assert (code, output) == (2, "")
        assert "There is no installation in" in errors
    assert not product.data_dir.exists()


def test_a_damaged_database_is_said_in_a_few_lines_by_every_command(new_product, tmp_path: Path):
    product = new_product()
    product.data_dir.mkdir()
    with sqlite3.connect(product.data_dir / "mediadl.sqlite3") as database:
        database.executescript("CREATE TABLE pages (b BLOB); INSERT INTO pages VALUES (zeroblob(100000));")
    with (product.data_dir / "mediadl.sqlite3").open("r+b") as stream:
        stream.seek(50)
        stream.write(b"\x5a" * 60_000)
    code, output, errors = run_command(product, "doctor")
    assert (code, errors) == (1, "")
    assert "WRONG: The database file is damaged" in output
    assert "mediadl restore" in output
    for arguments in (("backup", str(tmp_path / "b.tar")), ("user", "add", "eva", "--password-stdin")):
        code, output, errors = run_command(product, *arguments, text="\n")
        assert (code, output, len(errors.splitlines())) == (2, "", 1)


def test_the_parts_of_serve_do_not_start_on_other_tables(new_product: Callable[..., Product]):
    product = new_product()
    for part in ("web", "worker"):
        code, output, errors = run_command(product, part)
        assert (code, output, len(errors.splitlines())) == (2, "", 1)
        assert "There is no installation" in errors
    assert not product.data_dir.exists() or not list(product.data_dir.iterdir())
    product.data_dir.mkdir(exist_ok=True)
    (product.data_dir / "mediadl.sqlite3").touch()  # a database without our tables
    for part in ("web", "worker"):
        code, output, errors = run_command(product, part)
        assert (code, output, len(errors.splitlines())) == (2, "", 1)
        assert "start `mediadl serve` once" in errors
