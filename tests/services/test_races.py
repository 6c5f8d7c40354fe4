"""Many processes at once, all of them real."""

from __future__ import annotations

import pytest

from .conftest import PROCESSES
from .processes import Worker, at_once

TYPE = "django.contrib.auth:carrier"


def item(number: int) -> str:
    return f"django.contrib.contenttypes:item_{number:04} for {TYPE}"


@pytest.mark.parametrize(
    "pause_before",
    [
        pytest.param("", id="from the start"),
        pytest.param("UPDATE", id="with the same plan"),
    ],
)
@pytest.mark.parametrize("mode", ["create", "update"])
def test_one_empty_database(workers: list[Worker], pause_before: str, mode: str):
    """Eight processes fill one empty database: each row is made once, by one of them.

    They are released at once; in the other case only when all of them have seen the
    empty tables and are about to write.
    """
    *syncing, other = workers
    for worker in syncing:
        worker.do("declare", items=30, priority=7, description="as declared")
    for _ in range(4):
        other.do("delete", types=True)

        for worker in syncing:
            worker.start("run_sync", mode=mode, pause_before=pause_before)
        if pause_before:
            for worker in syncing:
                worker.hear("paused")
            for worker in syncing:
                worker.say("go on")
        reports = [worker.hear() for worker in syncing]

        created = [label for report in reports for label in report["created_items"]]
        assert sorted(created) == [item(number) for number in range(30)]
        assert [report["created_types"] for report in reports].count([TYPE]) == 1
        assert [report["created_types"] for report in reports].count([]) == 7
        rows = other.do("rows")
        assert len(rows) == 30
        assert {tuple(row[1:]) for row in rows.values()} == {
            ("active", 7, "as declared")
        }


def test_update_by_all(workers: list[Worker]):
    """Eight processes with the same new code refresh the same rows."""
    *syncing, other = workers
    other.do("declare", items=30)
    other.do("run_sync")
    other.do("edit", name="item_0003", status="disable")
    before = other.do("rows")
    for number in range(4):
        for worker in syncing:
            worker.do("declare", items=30, priority=number, description=str(number))

        reports = at_once(syncing, "run_sync", mode="update")

        updated = {label for report in reports for label in report["updated_items"]}
        assert updated == {item(number) for number in range(30)}
        assert other.do("rows") == {
            name: [pk, status, number, str(number)]
            for name, (pk, status, *_) in before.items()
        }


@pytest.mark.parametrize("mode", ["create", "update"])
def test_operator_meanwhile(workers: list[Worker], mode: str):
    """An operator switches items while eight processes add to, or refresh, them.

    Neither gets an error, no status is lost, and in create mode no priority.
    """
    *syncing, operator = workers
    operator.do("declare", items=10)
    operator.do("run_sync")

    operator.start("operate")
    reports = []
    for number in range(1, 6):
        for worker in syncing:
            worker.do("declare", items=10 + 5 * number, description=str(number))
        reports += at_once(syncing, "run_sync", mode=mode)
    operator.say("stop")
    seen = operator.hear()

    assert seen.pop("edits") > 0
    assert seen["lost statuses"] == 0
    if mode == "create":
        assert seen["lost priorities"] == 0
    created = [label for report in reports for label in report["created_items"]]
    assert sorted(created) == [item(number) for number in range(10, 35)]
    assert len(reports) == 5 * PROCESSES


def test_prune_by_all(workers: list[Worker]):
    """Eight processes delete the rows of an app that is gone: each row goes once."""
    *syncing, other = workers
    for worker in syncing:
        worker.do("declare", items=5)
    for _ in range(4):
        other.do("declare", items=15)
        other.do("run_sync")
        for number in range(5, 15):
            other.do("edit", name=f"item_{number:04}", module="apps.gone")

        reports = at_once(syncing, "run_sync", prune=True)

        pruned = [label for report in reports for label in report["pruned_items"]]
        assert sorted(pruned) == [
            f"apps.gone:item_{number:04} for {TYPE}" for number in range(5, 15)
        ]
        assert len(other.do("rows")) == 5
