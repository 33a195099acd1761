"""What a start does to the database: bring the tables up to date, make the first admin."""

import structlog
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from mediadl.environment import Environment, EnvironmentProblem

log = structlog.get_logger("System")
_ALL_COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = ANY (current_schemas(false))",
}


def migrate() -> None:
    """Apply the migrations of both databases.

    The broker's come first: on PostgreSQL both are the same server, whose record of applied
    migrations the second run reads.

    Raises:
        EnvironmentProblem: the database cannot be reached or used, or is of a newer version.
    """
    try:
        refuse_newer_tables()
        call_command("migrate", "django_q", database="broker", interactive=False, verbosity=0)
        call_command("migrate", database="default", interactive=False, verbosity=0)
        _refuse_foreign_tables()
    except DatabaseError as error:
        raise unusable_database(error, while_upgrading=True) from error


def _refuse_foreign_tables() -> None:
    """Tables that miss something though every migration was applied would only stop the queue later.

    Raises:
        EnvironmentProblem: they are of a version between releases, or not ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALL_COLUMNS[connection.vendor])  # Django's introspection takes a quarter of a second
        there = set(cursor.fetchall())
    for model in apps.get_models():
        if router.allow_migrate_model("default", model) and model._meta.managed:
            for field in model._meta.local_concrete_fields:
                if (model._meta.db_table, field.column) not in there:
                    raise EnvironmentProblem(
                        "The database was made by a version between releases that cannot be upgraded: "
                        f"{model._meta.db_table}.{field.column} is missing. Restore a backup, or name a new folder in "
                        "MEDIADL_DATA_DIR and let `mediadl adopt` take in the files."
                    )


def unusable_database(error: DatabaseError, *, while_upgrading: bool = False) -> EnvironmentProblem:
    """What to tell the operator of a database that does not answer as it should."""
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if not while_upgrading and _has_older_tables():
        return EnvironmentProblem(
            "The tables are of an older version of Media Downloader: start `mediadl serve` once, which upgrades them "
            f"({first_line})."
        )
    where = "MEDIADL_DATABASE_URL" if connection.vendor == "postgresql" else connection.settings_dict["NAME"]
    return EnvironmentProblem(f"The database cannot be used ({where}): {first_line}")


def _has_older_tables() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.loader.applied_migrations) and _lacks_migrations(executor)
    except DatabaseError:
        return False


def _lacks_migrations(executor: MigrationExecutor) -> bool:
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_other_tables() -> None:
    """For a process on its own: the tables must be there, and of this version.

    Raises:
        EnvironmentProblem: they are not; the text says what to do.
    """
    try:
        refuse_newer_tables()
        if _lacks_migrations(MigrationExecutor(connection)):
            raise EnvironmentProblem(
                "The tables are not there yet, or of an older version of Media Downloader: start `mediadl serve` once, "
                "which makes and upgrades them."
            )
    except DatabaseError as error:
        raise unusable_database(error) from error
    finally:
        connections.close_all()


def refuse_newer_tables() -> None:
    """Change nothing where a newer version was at work: this one would write rows that it does not understand.

    Raises:
        EnvironmentProblem: migrations were applied that this version does not have.
    """
    for name in ("broker", "default"):
        loader = MigrationLoader(connections[name])
        own = {config.label for config in apps.get_app_configs()}
        known = {*loader.disk_migrations, *_replaced(loader)}
        unknown = sorted(key for key in loader.applied_migrations if key[0] in own and key not in known)
        if unknown:
            newest = ", ".join(f"{app} {migration}" for app, migration in unknown[:3])
            raise EnvironmentProblem(
                f"The database was made by a newer version of Media Downloader ({newest}); nothing was changed. "
                "Install that version again, or restore a backup that this one made."
            )


def _replaced(loader: MigrationLoader) -> set[tuple[str, str]]:
    """What squashed migrations stand for."""
    return {key for migration in loader.disk_migrations.values() for key in migration.replaces}


def create_first_admin(environment: Environment) -> str | None:
    """Make the first admin if there is no user yet.

    Returns:
        The password, if one was made: to be shown once. None if it was given, or not needed.

    Raises:
        EnvironmentProblem: a bad name or address.
    """
    from mediadl.accounts.models import User
    from mediadl.accounts.passwords import check_new_password
    from mediadl.accounts.services import ensure_first_admin
    from mediadl.api.errors import InvalidFieldsError

    is_first = not User.objects.exists()
    try:
        made = ensure_first_admin(
            username=environment.admin_username,
            password=environment.admin_password,
            email=environment.admin_email,
        )
    except InvalidFieldsError as error:
        field, messages = next(iter(error.field_errors.items()))
        raise EnvironmentProblem(f"MEDIADL_ADMIN_{field.upper()}: {' '.join(messages)}") from error
    if is_first and made is None:
        try:
            check_new_password(environment.admin_password, User(username=environment.admin_username))
        except InvalidFieldsError:
            log.warning("The first admin's password is easily guessed; change it before others can reach this server")
    return made
