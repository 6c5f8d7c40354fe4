"""A second database for tests, in a file: one that commits, and that can be closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

SQLITE = "django.db.backends.sqlite3"


@contextmanager
def database_alias(alias: str, name: str, **options: object) -> Iterator[str]:
    """Add a SQLite database to ``DATABASES`` for the block; return its alias."""
    given = {"ENGINE": SQLITE, "NAME": name, "OPTIONS": options}
    # What Django fills in is the same for all.
    connections.settings[alias] = {**connections.settings["default"], **given}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
