"""Databases that live as long as a test: a file, or one on a real server."""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.settings import database

POSTGRES_URL = os.environ.get(
    "TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
MARIADB_URL = os.environ.get("TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test")

TABLES = ("django_plugin_system_plugintype", "django_plugin_system_pluginitem")


class Database(ABC):
    """A database of its own, and what its server can tell about it."""

    def __init__(self, settings: dict[str, object]) -> None:
        self.settings = settings
        """What Django is to be told, as in ``DATABASES``."""

    def read_only(self) -> dict[str, object]:
        """Return the settings under which the same database can only be read."""
        options = {**self.settings.get("OPTIONS", {}), **self.read_only_options}
        return {**self.settings, "OPTIONS": options}

    read_only_options: dict[str, object]

    @abstractmethod
    def is_waiting(self, backend: int) -> bool:
        """Tell whether a connection waits for a lock that another one holds."""

    def end_connections(self) -> None:
        """End all connections to it but the test's own, as an operator can."""
        raise NotImplementedError

    @abstractmethod
    def schema(self) -> list[str]:
        """Return what the server knows of the two tables, names and all."""


class SQLite(Database):
    def read_only(self) -> dict[str, object]:
        return {
            **self.settings,
            "NAME": f"file:{self.settings['NAME']}?mode=ro",
            "OPTIONS": {"uri": True},
        }

    def is_waiting(self, backend: int) -> bool:
        # Nobody can tell. Tests see to it that the process is about to write; it
        # cannot get further while another one has written and not committed.
        return True

    def schema(self) -> list[str]:
        connection = sqlite3.connect(str(self.settings["NAME"]))
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name IN (?, ?) AND sql NOT NULL",
            TABLES,
        )
        schema = sorted(sql for (sql,) in rows)
        connection.close()
        return schema


class PostgreSQL(Database):
    read_only_options = {"options": "-c default_transaction_read_only=on"}

    def __init__(self, settings: dict[str, object], connection: Any) -> None:
        super().__init__(settings)
        self.connection = connection

    def is_waiting(self, backend: int) -> bool:
        found = self.connection.execute(
            "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s",
            [backend],
        )
        return bool(found.fetchone()[0])

    def end_connections(self) -> None:
        self.connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )

    def schema(self) -> list[str]:
        columns = self.connection.execute(
            "SELECT table_name, column_name, data_type, character_maximum_length, "
            "is_nullable, column_default FROM information_schema.columns "
            "WHERE table_name = ANY(%s) ORDER BY table_name, ordinal_position",
            [list(TABLES)],
        ).fetchall()
        indexes = self.connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1",
            [list(TABLES)],
        ).fetchall()
        constraints = self.connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = ANY(%s::regclass[]) ORDER BY 1",
            [list(TABLES)],
        ).fetchall()
        return [str(row) for row in (*columns, *indexes, *constraints)]


class MariaDB(Database):
    read_only_options = {"init_command": "SET SESSION TRANSACTION READ ONLY"}

    def __init__(self, settings: dict[str, object], connection: Any) -> None:
        super().__init__(settings)
        self.connection = connection

    def is_waiting(self, backend: int) -> bool:
        found = self._ask(
            "SELECT trx_state FROM information_schema.innodb_trx "
            f"WHERE trx_mysql_thread_id = {backend}"
        )
        return ("LOCK WAIT",) in found

    def end_connections(self) -> None:
        mine = self._ask("SELECT CONNECTION_ID()")[0][0]
        found = self._ask(
            "SELECT id FROM information_schema.processlist "
            f"WHERE db = '{self.settings['NAME']}' AND id != {mine}"
        )
        for (connection,) in found:
            self.connection.cursor().execute(f"KILL {connection}")

    def schema(self) -> list[str]:
        name = self.settings["NAME"]
        return [
            self._ask(f"SHOW CREATE TABLE `{name}`.`{table}`")[0][1] for table in TABLES
        ]

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        cursor.execute(sql)
        return list(cursor.fetchall())


@contextmanager
def make_database(vendor: str, directory: Path) -> Iterator[Database]:
    """Make an empty database; drop it at the end of the block."""
    name = f"plugins_{uuid4().hex[:12]}"
    make = {"sqlite": _on_disk, "postgresql": _on_postgresql, "mariadb": _on_mariadb}
    with make[vendor](name, directory) as made:
        yield made


@contextmanager
def _on_disk(name: str, directory: Path) -> Iterator[Database]:
    path = directory / f"{name}.sqlite3"
    yield SQLite({"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)})


@contextmanager
def _on_postgresql(name: str, directory: Path) -> Iterator[Database]:
    import psycopg

    server = database(POSTGRES_URL)
    here = {
        "host": server["HOST"],
        "port": server["PORT"],
        "user": server["USER"],
        "password": server["PASSWORD"],
        "autocommit": True,
    }
    with psycopg.connect(**here, dbname=server["NAME"]) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            with psycopg.connect(**here, dbname=name) as connection:
                yield PostgreSQL({**server, "NAME": name}, connection)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _on_mariadb(name: str, directory: Path) -> Iterator[Database]:
    import MySQLdb

    server = database(MARIADB_URL)
    connection = MySQLdb.connect(
        host=server["HOST"],
        port=int(str(server["PORT"])),
        user=server["USER"],
        passwd=server["PASSWORD"],
    )
    connection.autocommit(True)
    connection.cursor().execute(f"CREATE DATABASE `{name}`")
    try:
        # What the server does unless told otherwise; Django would say READ COMMITTED.
        options = {"isolation_level": "repeatable read"}
        yield MariaDB({**server, "NAME": name, "OPTIONS": options}, connection)
    finally:
        connection.cursor().execute(f"DROP DATABASE `{name}`")
        connection.close()
