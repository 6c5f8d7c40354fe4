"""What a lookup answers while the database does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connections, transaction

from django_plugin_system import fresh_plugins, get_plugin_class, get_plugin_instance
from django_plugin_system.register import register_plugin_type
from django_plugin_system.selection import current as module
from django_plugin_system.selection.current import forget_all
from tests.aliases import Elsewhere, database_alias
from tests.declared import Sender, type_dict


class Server:
    """A database that can be taken away, as SQLite can only be with its directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / "other.sqlite3"

    def stop(self) -> None:
        connections["other"].close()
        self.directory.rename(self.directory.with_name("away"))

    def start(self) -> None:
        self.directory.with_name("away").rename(self.directory)


@pytest.fixture
def server(tmp_path, settings, django_db_blocker) -> Iterator[Server]:
    """A migrated database for plugin rows; nothing is known of it yet."""
    server = Server(tmp_path / "server")
    server.directory.mkdir()
    with (
        django_db_blocker.unblock(),
        database_alias("other", str(server.file), timeout=0.05),
    ):
        call_command("migrate", "django_plugin_system", database="other", verbosity=0)
        settings.DATABASE_ROUTERS = [Elsewhere()]
        forget_all()
        yield server
        forget_all()


def who() -> str:
    return get_plugin_class("otp", "tests.apps.otp").__name__


def disable_voice(server: Server) -> None:
    """Switch as another process does."""
    with closing(sqlite3.connect(server.file)) as other, other:
        other.execute(
            "UPDATE django_plugin_system_pluginitem SET status = 'disable' "
            "WHERE name = 'voice'"
        )
        other.execute(
            "UPDATE django_plugin_system_generation SET token = '%032x'" % 42  # noqa: UP031
        )


def test_with_rows_known(server, clock, caplog):
    """The last rows go on answering; one line per outage tells their age."""
    who()
    server.stop()
    answers = []
    for _ in range(3):
        clock.now += 60
        with fresh_plugins():
            answers.append(who())
    server.start()
    disable_voice(server)
    with fresh_plugins():
        answers.append(who())

    assert answers == ["VoiceOTP", "VoiceOTP", "VoiceOTP", "SmsIrOTP"]
    assert caplog.messages == [
        "Database 'other' does not answer (unable to open database file); plugins are "
        "selected from the rows that were read 60 seconds ago.",
        "Database 'other' answers again.",
    ]


def test_each_outage_is_told(server, clock, caplog):
    """A second one is news again."""
    who()
    for _ in range(2):
        server.stop()
        clock.now += 10
        who()
        server.start()
        clock.now += 10
        who()

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"] * 2


def test_a_request_tries_once(server, monkeypatch):
    """A request that found no database does not wait for it again."""
    who()
    server.stop()
    attempts = []
    monkeypatch.setattr(
        connections["other"], "connect", lambda: attempts.append(1) or fail()
    )

    def fail() -> None:
        raise OperationalError("no such host")

    with fresh_plugins():
        answers = [who(), who(), who()]

    assert answers == ["VoiceOTP"] * 3
    assert attempts == [1]


def test_elsewhere_it_is_tried_after_refresh_seconds(server, clock):
    """A worker does not wait for it at each lookup either."""
    who()
    server.stop()
    clock.now += 2
    during = who()
    server.start()
    disable_voice(server)

    assert [during, who()] == ["VoiceOTP", "VoiceOTP"]
    clock.now += 1
    assert who() == "SmsIrOTP"


def test_code_that_is_registered_meanwhile(server):
    """The last rows are joined with the code there is now."""
    who()
    server.stop()
    register_plugin_type({**type_dict(), "interface": Sender})

    with fresh_plugins():
        assert who() == "VoiceOTP"


def test_with_nothing_known(server):
    """There is nothing to answer from: the error is raised."""
    server.stop()

    with pytest.raises(OperationalError, match="unable to open"):
        who()


def test_where_it_is_to_be_raised(server, settings):
    """ON_DATABASE_ERROR says so."""
    settings.PLUGIN_SYSTEM = {"ON_DATABASE_ERROR": "raise"}
    who()
    server.stop()

    with fresh_plugins(), pytest.raises(OperationalError, match="unable to open"):
        who()


def test_a_connection_that_has_broken(server, monkeypatch, caplog):
    """The database is there again: the lookup connects anew, and sees the switch."""
    who()
    disable_voice(server)
    # SQLite takes any connection for usable.
    monkeypatch.setattr(connections["other"], "is_usable", lambda: False)
    connections["other"].connection.close()

    with fresh_plugins():
        answer = who()

    assert answer == "SmsIrOTP"
    assert caplog.messages == []


def test_a_pool_of_dead_connections(server, monkeypatch, caplog):
    """The database is there again: a connection past the pool sees the switch."""
    who()
    disable_voice(server)
    connection = connections["other"]
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", True)
    connection.connection.close()

    with fresh_plugins():
        answer = who()

    assert answer == "SmsIrOTP"
    assert connection.connection is None
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("dead", "answer"),
    [
        pytest.param(3, "SmsIrOTP", id="some"),
        pytest.param(10, "VoiceOTP", id="more than anybody tries"),
    ],
)
def test_a_pool_that_nobody_knows_of(server, monkeypatch, caplog, dead, answer):
    """Whatever hands out dead connections is asked for another one, within reason."""
    monkeypatch.setattr(module, "MOST_DEAD", 5)
    connection = connections["other"]
    connect = connection.connect
    made = []

    def hand_out() -> None:
        connect()
        made.append(connection.connection)
        if len(made) <= dead:
            connection.connection.close()

    who()
    disable_voice(server)
    connection.close()
    monkeypatch.setattr(connection, "connect", hand_out)
    monkeypatch.setattr(connection, "is_usable", lambda: len(made) > dead)

    with fresh_plugins():
        assert who() == answer


def test_a_lock_is_no_outage(server, caplog):
    """The database answers, if only that it is busy: what was known may be outdated."""
    who()
    with closing(sqlite3.connect(server.file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with fresh_plugins(), pytest.raises(OperationalError, match="locked"):
            who()

    assert caplog.messages == []


def test_in_a_transaction(server):
    """It is lost with its connection, so whoever has begun it hears of that."""
    raised = []

    def work() -> None:
        with fresh_plugins(), transaction.atomic(using="other"):
            connections["other"].connection.close()
            try:
                who()
            except ProgrammingError as error:
                raised.append(str(error))

    who()
    with pytest.raises(ProgrammingError):
        work()

    assert raised == ["Cannot operate on a closed database."]


def test_without_autocommit(server):
    """Where transactions are begun by hand, one that is lost is lost too."""
    who()
    connection = connections["other"]
    connection.set_autocommit(False)
    raised = []
    try:
        connection.connection.close()
        with fresh_plugins():
            who()
    except ProgrammingError as error:
        raised.append(str(error))
    finally:
        connection.close()

    assert raised == ["Cannot operate on a closed database."]


def test_how_long_it_took_to_fail(server, monkeypatch):
    """A worker waits REFRESH_SECONDS from then, however long that is."""
    monkeypatch.setattr(module, "monotonic", lambda: 1_000.0)
    who()
    server.stop()
    # Asked for its age, as the look begins, when that has failed, and again its age.
    clock = iter([2_000.0, 2_000.0, 2_060.0, 2_060.5])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))

    assert [who(), who()] == ["VoiceOTP", "VoiceOTP"]


def test_safe_mode(server, settings):
    """Rows are ignored: the registered item with the lowest priority answers."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}
    server.stop()

    assert [who(), who()] == ["VoiceOTP", "VoiceOTP"]
    assert get_plugin_instance("otp", "tests.apps.otp") is not None


class Refused(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "cause", "notes"),
    [
        pytest.param("no such function: f", None, 0, id="something else is missing"),
        pytest.param("statement does not exist", "26000", 0, id="a statement"),
        pytest.param("la relation n'existe pas", "42P01", 1, id="in French"),
    ],
)
def test_what_is_missing(server, monkeypatch, error, cause, notes):
    """Advice about tables is given only where they are missing, in any language."""

    connection = connections["other"]
    cursor = connection.cursor
    failures = [OperationalError(error)]
    failures[0].__cause__ = cause and Refused(cause)

    def fail_once() -> object:
        if failures:
            raise failures.pop()
        return cursor()

    who()
    monkeypatch.setattr(connection, "cursor", fail_once)

    with fresh_plugins(), pytest.raises(OperationalError) as excinfo:
        who()

    assert str(excinfo.value) == error
    assert len(getattr(excinfo.value, "__notes__", [])) == notes


def test_tables_that_are_not_there_yet(empty, settings):
    """The error is the database's own, with what to do about it."""

    class Empty(Elsewhere):
        def db_for_write(self, model, **hints):
            return "empty"

    settings.DATABASE_ROUTERS = [Empty()]
    forget_all()
    with pytest.raises(OperationalError, match="no such table") as excinfo:
        who()

    call_command("migrate", "django_plugin_system", database="empty", verbosity=0)
    answer = who()
    forget_all()

    assert excinfo.value.__notes__ == [
        "Are the tables of django_plugin_system missing? "
        "'manage.py migrate --database empty' makes them."
    ]
    assert answer == "VoiceOTP"
