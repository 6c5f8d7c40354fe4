"""Readers and writers step by step, in each order in which an answer could be stale.

Each reader and writer is a process of its own. ``item_0000`` answers at first; once it
is disabled, ``item_0001`` does.
"""

from __future__ import annotations

import pytest

from .conftest import VENDORS
from .databases import Database
from .processes import Worker, eventually

OLD, NEW, NEWEST = "item_0000", "item_0001", "item_0002"
ITEMS = "django_plugin_system_pluginitem"
DISABLE = f"UPDATE {ITEMS} SET status = 'disable' WHERE name = '{OLD}'"

# On SQLite, an open read keeps every writer from committing.
on_servers = pytest.mark.parametrize("vendor", VENDORS[1:], indirect=True)


@pytest.fixture
def pair(workers: list[Worker]) -> tuple[Worker, Worker]:
    """A reader and a writer that both know three items; the reader has looked."""
    for worker in workers[:3]:
        worker.do("declare", items=3)
    reader, writer = workers[:2]
    writer.do("run_sync")
    assert reader.do("ask") == OLD
    return reader, writer


def switch(writer: Worker) -> None:
    writer.do("edit", name=OLD, status="disable")


WRITES = {
    "update": ("edit", {"name": OLD, "status": "disable"}),
    "save": ("save", {"name": OLD, "status": "disable"}),
    "bulk_update": ("bulk", {"name": OLD, "status": "disable"}),
    "update_or_create": ("upsert", {"name": OLD, "status": "disable"}),
    "fixture": ("load", {"name": OLD, "status": "disable"}),
    "delete": ("delete", {"items": [OLD]}),
}


@pytest.mark.parametrize(("order", "arguments"), WRITES.values(), ids=WRITES)
def test_each_way_of_writing(
    pair: tuple[Worker, Worker], order: str, arguments: dict[str, object]
):
    """W writes in one statement. R's next request sees it."""
    reader, writer = pair

    writer.do(order, **arguments)

    assert reader.do("ask") == NEW


def test_delete_with_cascade(pair: tuple[Worker, Worker]):
    """W deletes the type, and so its items. R finds nothing; after a sync, all."""
    reader, writer = pair

    writer.do("delete", types=True)
    nothing = reader.do("ask")
    writer.do("run_sync")

    assert nothing is None
    assert reader.do("ask") == OLD


def test_read_between_write_and_commit(pair: tuple[Worker, Worker]):
    """W begins, writes. R asks. W commits. R asks."""
    reader, writer = pair

    writer.do("begin")
    switch(writer)
    between = reader.do("ask")
    writer.do("commit")

    assert (between, reader.do("ask")) == (OLD, NEW)


@pytest.mark.parametrize("pause_at", ["plugintype", "pluginitem"])
def test_refill_races_the_commit(pair: tuple[Worker, Worker], pause_at: str):
    """R reads the generation. W commits. R reads the rows, remembers. R asks.

    What R remembers is labelled with the old generation, so it lasts for one request;
    a label read after the rows would make it last for ever.
    """
    reader, writer = pair
    writer.do("edit", name=NEWEST, priority=5)
    reader.start("ask", pause_at=pause_at)
    reader.hear("paused")

    switch(writer)
    reader.say("go on")
    reader.hear()

    assert reader.do("ask") == NEW


def test_rollback_after_a_read_of_own_writes(pair: tuple[Worker, Worker]):
    """W begins, writes, asks, rolls back, asks. R asks before and after."""
    reader, writer = pair

    writer.do("begin")
    switch(writer)
    own, between = writer.do("ask"), reader.do("ask")
    writer.do("roll_back")

    assert (own, between) == (NEW, OLD)
    assert (writer.do("ask"), reader.do("ask")) == (OLD, OLD)
    assert writer.do("ask", request=False) == OLD


def test_savepoint_rollback(pair: tuple[Worker, Worker]):
    """W begins, writes, sets a savepoint, writes, asks, goes back, asks, commits."""
    reader, writer = pair

    writer.do("begin")
    switch(writer)
    writer.do("begin")
    writer.do("edit", name=NEW, status="disable")
    inner = writer.do("ask")
    writer.do("roll_back")
    outer = writer.do("ask")
    writer.do("commit")

    assert (inner, outer) == (NEWEST, NEW)
    assert (writer.do("ask"), reader.do("ask")) == (NEW, NEW)


def test_two_writers(
    pair: tuple[Worker, Worker], workers: list[Worker], shared: Database
):
    """V begins, writes. W writes, waits for V. V commits, then W. R sees both."""
    reader, writer = pair
    other = workers[2]

    other.do("begin")
    switch(other)
    backend = writer.do("backend")
    writer.start("edit", name=NEW, status="disable")
    eventually(lambda: shared.is_waiting(backend))
    other.do("commit")
    writer.hear()

    assert reader.do("ask") == NEWEST


def test_two_writers_of_which_one_rolls_back(
    pair: tuple[Worker, Worker], workers: list[Worker], shared: Database
):
    """V begins, writes. W writes, waits. V rolls back. R sees W's write only."""
    reader, writer = pair
    other = workers[2]

    other.do("begin")
    other.do("edit", name=NEW, status="disable")
    backend = writer.do("backend")
    writer.start("edit", name=OLD, status="disable")
    eventually(lambda: shared.is_waiting(backend))
    other.do("roll_back")
    writer.hear()

    assert reader.do("ask") == NEW


@on_servers
def test_a_long_transaction_of_the_reader(pair: tuple[Worker, Worker], vendor: str):
    """R begins, asks. W commits. R asks in its transaction, ends it, asks.

    On MariaDB the transaction goes on seeing its own view of the rows (REPEATABLE
    READ); that view must not outlive it.
    """
    reader, writer = pair

    reader.do("begin")
    before = reader.do("ask")
    switch(writer)
    inside = reader.do("ask")
    reader.do("commit")

    assert before == OLD
    assert inside == (OLD if vendor == "mariadb" else NEW)
    assert (reader.do("ask"), reader.do("ask", request=False)) == (NEW, NEW)


@on_servers
@pytest.mark.parametrize("order", ["edit", "save", "bulk", "upsert", "load"])
def test_a_write_on_an_old_view(pair: tuple[Worker, Worker], order: str):
    """V begins, reads. W disables, commits. V activates what it knows active. R asks.

    V's transaction changes the row and, on MariaDB, may still see its own old view of
    it, in which nothing changes.
    """
    other, writer = pair

    other.do("begin")
    other.do("rows")
    switch(writer)
    between = writer.do("ask")
    other.do(order, name=OLD, status="active")
    other.do("commit")

    assert (between, writer.do("ask")) == (NEW, OLD)


@pytest.mark.parametrize("order", ["edit", "save", "bulk", "upsert", "load", "lock"])
def test_writers_wait_in_one_order(
    pair: tuple[Worker, Worker], order: str, shared: Database
):
    """V begins, writes no more than a description. W switches, waits. V switches.

    If V had locked the row but not the generation, V would wait for W, and W for V.
    """
    other, writer = pair

    other.do("begin")
    other.do(order, name=OLD, description="new")
    backend = writer.do("backend")
    writer.start("edit", name=OLD, status="disable")
    eventually(lambda: shared.is_waiting(backend))
    other.do("edit", name=OLD, status="reserve")
    other.do("commit")
    writer.hear()

    assert other.do("rows")[OLD][1] == "disable"
    assert other.do("ask") == NEW


def test_raw_sql(pair: tuple[Worker, Worker]):
    """W writes by SQL: nobody hears of it until 'plugins refresh'."""
    reader, writer = pair

    writer.do("sql", statement=DISABLE)
    unheard = reader.do("ask")
    writer.do("command", args=["plugins", "refresh"])

    assert (unheard, reader.do("ask")) == (OLD, NEW)


def test_raw_sql_in_time(pair: tuple[Worker, Worker]):
    """W writes by SQL. R sees it once its rows are RELOAD_SECONDS old, unasked."""
    reader, writer = pair
    reader.do("configure", RELOAD_SECONDS=1)
    before = reader.do("ask")

    writer.do("sql", statement=DISABLE)

    assert before == OLD
    eventually(lambda: reader.do("ask") == NEW)


def test_flush_and_sync(pair: tuple[Worker, Worker]):
    """W flushes everything, the generation too, and syncs anew. R asks."""
    reader, writer = pair
    switch(writer)
    reader.do("ask")

    writer.do("command", args=["flush", "--no-input"])
    writer.do("run_sync")

    assert reader.do("ask") == OLD
