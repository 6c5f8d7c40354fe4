"""A second database for tests, in a file: one that commits, and that can be closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from django.db import connections
from django.db.models import Model

SQLITE = "django.db.backends.sqlite3"


class Elsewhere:
    """A router that keeps plugin rows in another database."""

    def db_for_write(self, model: type[Model], **hints: object) -> str | None:
        return "other" if model._meta.app_label == "django_plugin_system" else None

    db_for_read = db_for_write


def close_in_thread(**kwargs: object) -> None:
    """Close the connection of a thread that ends, also one to a database in memory.

    Django keeps those open; Python 3.13 complains when they are lost. A receiver of
    request_finished as well, for ASGI requests, each of which has a thread.
    """
    connection = connections["default"]
    connection.close()
    if connection.connection is not None and current_thread() is not main_thread():
        connection.connection.close()
        connection.connection = None


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
