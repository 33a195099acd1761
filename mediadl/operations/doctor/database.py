"""Is the database file itself sound?"""

from django.db import DatabaseError, connection

from mediadl.operations.doctor.findings import Finding

_RESTORE = "Stop everything, keep a copy of the data folder, and bring a backup back with `mediadl restore`."


def check_database() -> tuple[str, list[Finding]]:
    """SQLite's own checks; PostgreSQL looks after itself."""
    if connection.vendor != "sqlite":
        return "Database: PostgreSQL, which checks itself", []
    dangling: list[str] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(20)")
            damage = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            dangling = [f"{table} row {rowid} points to a missing {parent}" for table, rowid, parent, _ in cursor]
    except DatabaseError as error:  # too damaged to be asked
        connection.close()
        damage = [f"{connection.settings_dict['NAME']}: {error}"]
    found = []
    if damage:
        found.append(Finding("The database file is damaged", damage, _RESTORE))
    if dangling:
        found.append(Finding(f"{len(dangling)} rows point to rows that are gone", dangling, _RESTORE))
    return "Database: checked", found
