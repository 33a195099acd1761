"""The console script ``mediadl``.

Problems that the operator can mend are one line on stderr and exit code 2, never a traceback.
Django and the settings are imported only after the checks: importing them writes into the data
folder.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import click

from mediadl.environment import Environment, EnvironmentProblem, read_environment

EXIT_PROBLEM = 2


def main() -> int:
    """Run the command line; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadl.settings")
    try:
        result = cli.main(prog_name="mediadl", standalone_mode=False)
    except EnvironmentProblem as problem:
        click.echo(f"mediadl: {problem}", err=True)
        return EXIT_PROBLEM
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    return result if isinstance(result, int) else 0


def say(line: str) -> None:
    """One line for the operator, at once even into a pipe; a closed console is no reason to stop."""
    try:
        click.echo(line)
        sys.stdout.flush()
    except OSError:
        return


def _existing_installation(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command the environment and a ready Django, on a data folder that is in use already."""

    @wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        from mediadl.operations.preflight import check_machine

        environment = read_environment()
        _refuse_empty_folder(environment)
        check_machine(environment)
        _setup_django()
        from django.db import DatabaseError

        try:
            return command(environment, *args, **kwargs)
        except DatabaseError as error:
            from mediadl.operations.first_start import unusable_database

            raise unusable_database(error) from error

    return wrapper


def _refuse_empty_folder(environment: Environment) -> None:
    """Before anything is made there."""
    if not environment.database_url and not (environment.data_dir / "mediadl.sqlite3").exists():
        raise EnvironmentProblem(
            f"There is no installation in {environment.data_dir}. "
            "Start `mediadl serve` once, or name its data folder in MEDIADL_DATA_DIR."
        )


def _setup_django() -> None:
    import django

    django.setup()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data-dir", type=click.Path(path_type=Path), help="The data folder (MEDIADL_DATA_DIR; default ./data).")
def cli(data_dir: Path | None) -> None:
    """Media Downloader: a queue, a library and a REST API for Instagram, TikTok, forums and any other URL."""
    if data_dir is not None:
        os.environ["MEDIADL_DATA_DIR"] = str(data_dir.absolute())


@cli.command()
@click.option("--host", help="Where to listen (MEDIADL_HOST; default 127.0.0.1).")
@click.option("--port", help="The port (MEDIADL_PORT; default 8000).")
@click.option("-v", "--verbose", is_flag=True, help="Show the log on this console.")
def serve(*, host: str | None, port: str | None, verbose: bool) -> None:
    """Run everything on this machine until Ctrl-C: web, workers, scheduler."""
    _override("MEDIADL_HOST", host)
    _override("MEDIADL_PORT", port)
    from mediadl.operations.serve import serve as run

    run(read_environment(), verbose=verbose, say=say)
    _end_at_once()


def _end_at_once() -> None:
    """End without taking Python and Django apart, which costs half a second of a processor.

    On a busy machine that is seconds, beyond what a stop may take where the cluster had to be killed.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a closed console
            stream.flush()
    os._exit(0)


def _override(name: str, value: str | None) -> None:
    if value is not None:
        os.environ[name] = value


@cli.command()
def web() -> None:
    """Run only the web process (behind a proxy, with PostgreSQL there may be several)."""
    from mediadl.operations.process_ties import die_with_supervisor, wait_at_gate

    environment = _prepared("web", checks_tables=not die_with_supervisor())
    from mediadl.web.server import run  # isort: skip - it must choose Twisted's reactor first
    import mediadl.urls  # noqa: F401 - loaded before the gate, which opens when the tables are there
    from mediadl.asgi import application

    wait_at_gate()
    listener = os.environ.pop("MEDIADL_LISTEN_FD", "")
    run(environment.host, environment.port, application=application, listen_fd=int(listener) if listener else None)


@cli.command()
def worker() -> int:
    """Run only the worker cluster (also on further hosts, with PostgreSQL and shared folders)."""
    from mediadl.operations.process_ties import die_with_supervisor

    _prepared("worker", checks_tables=not die_with_supervisor())
    from mediadl.operations.cluster import run_cluster

    return run_cluster()


def _prepared(process: str, *, checks_tables: bool) -> Environment:
    """The environment, checked, with Django and the log ready for this process.

    ``checks_tables``: nobody brought them up to date before, as ``serve`` does.
    """
    from mediadl.operations.preflight import check_machine

    environment = read_environment()
    if checks_tables:
        _refuse_empty_folder(environment)
    check_machine(environment)
    _setup_django()
    from mediadl.logs.configure import configure_logging

    if checks_tables:
        from mediadl.operations.first_start import refuse_other_tables

        refuse_other_tables()
    configure_logging(process)
    return environment


@cli.group()
def user() -> None:
    """Manage the people who may sign in."""


@user.command("add")
@click.argument("username")
@click.option("--role", type=click.Choice(["viewer", "user", "admin"]), default="user", show_default=True)
@click.option("--email", default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@_existing_installation
def user_add(_environment: Environment, *, username: str, role: str, email: str, password_stdin: bool) -> None:
    """Add a user.

    The password is taken from MEDIADL_USER_PASSWORD, or asked for where somebody sits at the console;
    without one it is made and printed once.
    """
    from mediadl.operations.users import add_user

    password = os.environ.pop("MEDIADL_USER_PASSWORD", "")  # the variable: others can read a command line
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not password and sys.stdin.isatty():
        password = click.prompt("Password (empty: make one)", hide_input=True, default="", show_default=False)
    made = add_user(username=username, role=role, email=email, password=password)
    if made is not None:
        say(f"User {username} ({role}), password {made} (shown only this once)")
    else:
        say(f"User {username} ({role}) can sign in now")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Also the keys that open stored secrets: keep such a file safe.")
@_existing_installation
def backup(_environment: Environment, *, file: Path, with_keys: bool) -> None:
    """Save the database and settings to FILE, also while running. Media files are not part of it."""
    from mediadl.operations.backup import write_backup

    say(write_backup(file.absolute(), with_keys=with_keys))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask before what is there is replaced.")
def restore(*, file: Path, yes: bool) -> None:
    """Bring the database of FILE back. `mediadl serve` must not run on this data folder.

    Asks first where somebody sits at the console. A script is asked nothing: an SQLite database that is
    replaced is kept beside the new one; for one of PostgreSQL, which is not, it needs --yes.
    """
    from mediadl.operations.preflight import check_machine
    from mediadl.operations.restore import restore_backup

    environment = read_environment()
    check_machine(environment)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Replace the database in {environment.data_dir}?", abort=True)
    elif not yes and environment.database_url:
        raise EnvironmentProblem("The database in MEDIADL_DATABASE_URL would be replaced: say so with --yes.")
    say(restore_backup(file.absolute(), environment))


@cli.command("update-extractors")
@_existing_installation
def update_extractors(_environment: Environment) -> int:
    """Install the newest gallery-dl and yt-dlp, test them, and use them if they pass. Exit code 1 if not."""
    from platforms.extractors.environment import versions
    from platforms.extractors.updates import UpdateRunningError, update

    try:
        ended = update()
    except UpdateRunningError as error:
        say(str(error))
        return 1
    say(ended.error or "The newest are in use.")
    for name, installed in versions().items():
        say(f"{name} {installed}")
    return int(bool(ended.error))


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--archive", "archives", multiple=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="An archive of gallery-dl, yt-dlp or cyberdrop-dl; may be given several times.")  # fmt: skip
@click.option("--files", "placement", type=click.Choice(["in_place", "link", "copy", "move"]), default="in_place",
              show_default=True, help="Leave files in place, or bring them into the download folder.")  # fmt: skip
@click.option("--platform", default="", help="Of all files (default: told from folders and names).")
@click.option("--source", default="", help="Of all files (default: from names and folders).")
@click.option("--dry-run", is_flag=True, help="Only say what would happen to each file.")
@click.option("--yes", is_flag=True, help="Do not look first and ask.")
@_existing_installation
def adopt(_environment: Environment, *, folder: Path | None, archives: tuple[Path, ...], placement: str,
          platform: str, source: str, dry_run: bool, yes: bool) -> int:  # fmt: skip
    """Take a collection of FOLDER, and what ARCHIVES know, into the library; none of it is fetched again."""
    from mediadl.operations.adopting import adopt_collection

    return adopt_collection(
        folder=folder.absolute() if folder else None,
        archives=tuple(archive.absolute() for archive in archives),
        placement=placement,
        platform=platform,
        source=source,
        dry_run=dry_run,
        confirm=None if yes else lambda: click.confirm("Go on?", abort=True),
        say=say,
    )


@cli.command()
@click.option("--hash", "check_hashes", is_flag=True, help="Also read every file and compare its hash.")
@click.option("--fix", is_flag=True, help="Show a plan, then mend what can be mended safely.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@_existing_installation
def doctor(_environment: Environment, *, check_hashes: bool, fix: bool, yes: bool) -> int:
    """Compare records with files, both ways, and recount the statistics. Exit code 1 if something is wrong."""
    from mediadl.operations.doctor import examine

    findings = examine(check_hashes=check_hashes)
    for line in findings.report():
        say(line)
    if not fix or not findings.plan():
        return int(not findings.healthy)
    say("Plan:")
    for line in findings.plan():
        say(f"  {line}")
    if not yes:
        click.confirm("Go on?", abort=True)
    for line in findings.carry_out():
        say(line)
    return 0
