"""The text index over URLs and file names: FTS5 trigrams on SQLite, ``pg_trgm`` on PostgreSQL.

Triggers keep it, so no writer can forget it. A later migration that rebuilds the downloads' table
on SQLite drops its triggers: such a migration must end with :func:`create`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

# The index holds no copy of the texts: it reads them from the downloads' own table.
_SQLITE_CREATE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS downloads_search USING fts5("
    "url, filename, content='downloads_download', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER IF NOT EXISTS downloads_search_insert AFTER INSERT ON downloads_download BEGIN "
    "INSERT INTO downloads_search (rowid, url, filename) VALUES (new.id, new.url, new.filename); END",
    "CREATE TRIGGER IF NOT EXISTS downloads_search_delete AFTER DELETE ON downloads_download BEGIN "
    "INSERT INTO downloads_search (downloads_search, rowid, url, filename) "
    "VALUES ('delete', old.id, old.url, old.filename); END",
    "CREATE TRIGGER IF NOT EXISTS downloads_search_update AFTER UPDATE ON downloads_download "
    "WHEN old.url IS NOT new.url OR old.filename IS NOT new.filename BEGIN "
    "INSERT INTO downloads_search (downloads_search, rowid, url, filename) "
    "VALUES ('delete', old.id, old.url, old.filename); "
    "INSERT INTO downloads_search (rowid, url, filename) VALUES (new.id, new.url, new.filename); END",
)
_SQLITE_DROP = tuple(f"DROP TRIGGER IF EXISTS downloads_search_{event}" for event in ("insert", "delete", "update"))
_POSTGRESQL_CREATE = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS download_url_trgm ON downloads_download USING gin (url gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS download_filename_trgm ON downloads_download USING gin (filename gin_trgm_ops)",
    # Downloads without a post's date come last either way, as on SQLite.
    "CREATE INDEX IF NOT EXISTS download_post_date_last ON downloads_download (post_date DESC NULLS LAST, id DESC)",
)


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the index and what keeps it; harmless where it is there."""
    statements = _SQLITE_CREATE if connection.vendor == "sqlite" else _POSTGRESQL_CREATE
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    if connection.vendor == "sqlite":
        rebuild(connection)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove it (a migration backwards)."""
    if connection.vendor == "sqlite":
        statements: tuple[str, ...] = (*_SQLITE_DROP, "DROP TABLE IF EXISTS downloads_search")
    else:
        names = ("download_url_trgm", "download_filename_trgm", "download_post_date_last")
        statements = tuple(f"DROP INDEX IF EXISTS {name}" for name in names)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rebuild(connection: BaseDatabaseWrapper) -> None:
    """Fill it anew from the downloads; for the doctor, and after bulk work without triggers."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO downloads_search (downloads_search) VALUES ('rebuild')")


def pause(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers before inserting a very large number of rows; :func:`create` puts all right."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in _SQLITE_DROP:
                cursor.execute(statement)
