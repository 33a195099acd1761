"""The Media Downloader project: settings, and the rooms that every app shares."""

import sys

import pysqlite3

# The system's SQLite may have the WAL-reset bug (fixed in 3.51.3); Django must see the packaged
# one, so it takes the standard module's place before anything imports a database backend.
sys.modules["sqlite3"] = pysqlite3
