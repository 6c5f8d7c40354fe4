"""Two processes step by step, in the one order in which something could go wrong."""

from __future__ import annotations

import pytest

from .databases import Database
from .processes import Worker, eventually

TYPE = "django.contrib.auth:carrier"
ITEMS = [f"django.contrib.contenttypes:item_{n:04} for {TYPE}" for n in range(6)]


@pytest.fixture
def pair(workers: list[Worker]) -> tuple[Worker, Worker]:
    """Two processes on empty tables; the code of both declares the same."""
    for worker in workers[:2]:
        worker.do("declare", items=6, priority=7, description="as declared")
    return workers[0], workers[1]


def start_and_wait(worker: Worker, shared: Database, **arguments: object) -> None:
    """Have a process sync until it waits for a lock that another one holds."""
    backend = worker.do("backend")
    worker.start("run_sync", pause_before="UPDATE", **arguments)
    worker.hear("paused")
    worker.say("go on")
    eventually(lambda: shared.is_waiting(backend))


@pytest.mark.parametrize("mode", ["create", "update"])
def test_uncommitted_rows_are_committed(
    pair: tuple[Worker, Worker], shared: Database, mode: str
):
    """B waits for A's rows, and takes them.

    A begins, inserts all rows. B plans to insert the same, waits. A commits. B goes on.
    """
    a, b = pair
    a.do("begin")
    by_a = a.do("run_sync")
    start_and_wait(b, shared, mode=mode)
    a.do("commit")
    by_b = b.hear()

    assert (by_a["created_types"], by_a["created_items"]) == ([TYPE], ITEMS)
    assert (by_b["created_types"], by_b["created_items"]) == ([], [])
    assert len(a.do("rows")) == 6


@pytest.mark.parametrize("mode", ["create", "update"])
def test_uncommitted_rows_are_rolled_back(
    pair: tuple[Worker, Worker], shared: Database, mode: str
):
    """B waits for A's rows, and makes them itself when nothing comes of A's.

    A begins, inserts all rows. B plans to insert the same, waits. A rolls back. B goes
    on.
    """
    a, b = pair
    a.do("begin")
    a.do("run_sync")
    start_and_wait(b, shared, mode=mode)
    a.do("roll_back")
    by_b = b.hear()

    assert (by_b["created_types"], by_b["created_items"]) == ([TYPE], ITEMS)
    assert len(a.do("rows")) == 6


def test_uncommitted_rows_of_older_code(pair: tuple[Worker, Worker], shared: Database):
    """An update refreshes rows that were not there when it was planned.

    A, with older code, begins and inserts all rows. B plans to insert them, waits. A
    commits. B finds them, refreshes them.
    """
    a, b = pair
    a.do("declare", items=6, priority=1, description="older")
    a.do("begin")
    a.do("run_sync")
    start_and_wait(b, shared, mode="update")
    a.do("commit")
    by_b = b.hear()

    assert by_b["created_items"] == []
    assert (by_b["updated_types"], by_b["updated_items"]) == ([TYPE], ITEMS)
    assert {tuple(row[1:]) for row in a.do("rows").values()} == {
        ("active", 7, "as declared")
    }


@pytest.mark.parametrize("mode", ["create", "update"])
def test_rows_come_after_the_plan(pair: tuple[Worker, Worker], mode: str):
    """Rows that come between plan and write are kept, and are not B's.

    B plans to insert all rows. A inserts and commits them. B writes.
    """
    a, b = pair
    b.start("run_sync", mode=mode, pause_before="UPDATE")
    b.hear("paused")
    by_a = a.do("run_sync")
    rows = a.do("rows")
    b.say("go on")
    by_b = b.hear()

    assert by_a["created_items"] == ITEMS
    assert (by_b["created_types"], by_b["created_items"]) == ([], [])
    assert a.do("rows") == rows


@pytest.mark.parametrize("mode", ["create", "update"])
def test_type_goes_after_the_plan(pair: tuple[Worker, Worker], mode: str):
    """Items whose type goes between plan and write are not left out.

    The type has its row. B plans to insert items of it. A, where its app is not
    installed, deletes the type, commits. B writes: MariaDB ignores the broken
    reference, PostgreSQL complains at the commit.
    """
    a, b = pair
    a.do("declare", items=0, description="as declared")
    a.do("run_sync")
    b.start("run_sync", mode=mode, pause_before="UPDATE")
    b.hear("paused")
    a.do("delete", types=True)
    b.say("go on")
    by_b = b.hear()

    assert (by_b["created_types"], by_b["created_items"]) == ([TYPE], ITEMS)
    assert len(a.do("rows")) == 6


def test_rows_go_after_the_plan(pair: tuple[Worker, Worker]):
    """An update makes again what is deleted between plan and write.

    B plans to refresh all rows. A deletes two of them, commits. B writes.
    """
    a, b = pair
    a.do("declare", items=6)
    a.do("run_sync")
    b.start("run_sync", mode="update", pause_before="UPDATE")
    b.hear("paused")
    a.do("delete", items=["item_0000", "item_0004"])
    b.say("go on")
    by_b = b.hear()

    assert by_b["created_items"] == [ITEMS[0], ITEMS[4]]
    assert by_b["updated_items"] == [ITEMS[1], ITEMS[2], ITEMS[3], ITEMS[5]]
    assert {tuple(row[1:]) for row in a.do("rows").values()} == {
        ("active", 7, "as declared")
    }


def test_operator_after_the_plan(pair: tuple[Worker, Worker]):
    """What an operator writes between plan and write stays.

    All rows but one are there. B plans to insert that one. An operator switches
    another, commits. B writes.
    """
    operator, b = pair
    operator.do("declare", items=5)
    operator.do("run_sync")
    b.start("run_sync", pause_before="UPDATE")
    b.hear("paused")
    # The first row is the one by which processes that sync queue up.
    name = max((row[0], name) for name, row in operator.do("rows").items())[1]
    operator.do("edit", name=name, status="disable", priority=-3)
    b.say("go on")
    by_b = b.hear()

    assert by_b["created_items"] == [ITEMS[5]]
    assert operator.do("rows")[name][1:3] == ["disable", -3]


def test_operator_in_a_transaction(pair: tuple[Worker, Worker], shared: Database):
    """A sync that waits for an operator's rows has none that the operator could want.

    An operator begins, switches the fourth item. B plans to refresh all, waits for it.
    The operator switches all others, from the last to the first, which would be a
    deadlock if B had locked any. The operator commits. B refreshes all, but no status.
    """
    operator, b = pair
    operator.do("declare", items=6)
    operator.do("run_sync")
    operator.do("begin")
    operator.do("edit", name="item_0003", status="disable")
    start_and_wait(b, shared, mode="update")
    for number in (5, 4, 2, 1, 0):
        operator.do("edit", name=f"item_{number:04}", status="reserve")
    operator.do("commit")
    by_b = b.hear()

    assert by_b["updated_items"] == ITEMS
    rows = operator.do("rows")
    assert [row[1] for row in rows.values()] == [
        *["reserve"] * 3,
        "disable",
        *["reserve"] * 2,
    ]
    assert {tuple(row[2:]) for row in rows.values()} == {(7, "as declared")}
