"""How many statements a sync takes, on each database."""

from __future__ import annotations

from .processes import Worker


def statements(worker: Worker, items: int) -> dict[str, list[str]]:
    worker.do("delete", types=True)
    worker.do("declare", items=items)
    created = worker.do("count_queries", mode="create")
    worker.do("declare", items=items, priority=1, description="new")
    updated = worker.do("count_queries", mode="update")
    unchanged = worker.do("count_queries", mode="update", prune=True)
    assert len(worker.do("rows")) == items
    worker.do("declare", items=0)
    return {"created": created, "updated": updated, "unchanged": unchanged}


def test_constant(workers: list[Worker]):
    """A thousand items take as many statements as ten."""
    few, many = statements(workers[0], 10), statements(workers[0], 1000)

    assert few == many
    assert len(many["created"]) <= 13
    assert len(many["updated"]) <= 12


def test_nothing_to_do(workers: list[Worker]):
    """Where all is in step, a sync only reads, with four statements."""
    unchanged = statements(workers[0], 10)["unchanged"]

    assert unchanged == ["SELECT"] * 4
