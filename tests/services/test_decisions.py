"""Operators in several shells decide at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .databases import Database, make_database
from .processes import Pool, Site, Worker, eventually

MODULE = "django.contrib.contenttypes"
TYPE = "django.contrib.auth:carrier"
REFUSAL = (
    f"Nothing was changed. {MODULE}:{{}} is the last active item of {TYPE}; after that "
    "nothing answers. If that is wanted, repeat it with --yes."
)


@pytest.fixture
def operators(workers: list[Worker]) -> list[Worker]:
    """Processes with the same code and, of two items, both active."""
    for worker in workers:
        worker.do("declare", names=["a", "b"])
    workers[0].do("run_sync")
    return workers


def start_and_wait(worker: Worker, shared: Database, *arguments: str) -> None:
    """Have a process decide until it waits for a lock that another one holds."""
    backend = worker.do("backend")
    worker.start("decide", args=arguments)
    eventually(lambda: shared.is_waiting(backend))


def statuses(worker: Worker) -> dict[str, str]:
    return {name: row[1] for name, row in worker.do("rows").items()}


def test_the_last_two_active_items(operators: list[Worker], shared: Database):
    """Of two operators who each disable one of two, the second is refused.

    A begins, disables a. B is to disable b, waits. A commits. B goes on.
    """
    a, b = operators[:2]
    a.do("begin")
    a.do("decide", args=["disable", "a"])
    start_and_wait(b, shared, "disable", "b")
    a.do("commit")

    assert b.hear() == [1, REFUSAL.format("b")]
    assert statuses(a) == {"a": "disable", "b": "active"}


def test_rolled_back(operators: list[Worker], shared: Database):
    """What comes to nothing keeps nobody else from deciding."""
    a, b = operators[:2]
    a.do("begin")
    a.do("decide", args=["disable", "a"])
    start_and_wait(b, shared, "disable", "b")
    a.do("roll_back")

    assert b.hear()[0] == 0
    assert statuses(a) == {"a": "active", "b": "disable"}


def test_at_once(operators: list[Worker]):
    """However two commands meet, one item stays active."""
    a, b = operators[:2]
    for _ in range(10):
        for worker, name in ((a, "a"), (b, "b")):
            worker.start("decide", args=["disable", name])
        results = [worker.hear() for worker in (a, b)]
        codes = [code for code, _ in results]

        assert sorted(codes) == [0, 1], results
        assert sorted(statuses(a).values()) == ["active", "disable"]
        for name in ("a", "b"):
            a.do("decide", args=["activate", name])


def test_moves_at_once(operators: list[Worker]):
    """Moves come one after the other: each is made in the order that there is."""
    names = [f"item_{number:04}" for number in range(8)]
    for worker in operators:
        worker.do("declare", items=8)
    operators[0].do("run_sync")
    operators[0].do("delete", items=["a", "b"])
    for _ in range(5):
        for worker, name in zip(operators, names, strict=False):
            worker.start("decide", args=["move", name, "--first"])
        results = [worker.hear() for worker in operators[:8]]

        assert [code for code, _ in results] == [0] * 8
        priorities = [row[2] for row in operators[0].do("rows").values()]
        # Each was the first when it was moved, so no two of them share a number.
        assert len(set(priorities)) == 8


@pytest.mark.parametrize(
    # SQLite lets nobody commit while another one's view is open.
    "vendor",
    [
        pytest.param("postgresql", marks=pytest.mark.service),
        pytest.param("mariadb", marks=pytest.mark.service),
    ],
    indirect=True,
)
def test_an_old_view_of_the_rows(operators: list[Worker]):
    """A transaction that has read before others committed sees what they have done.

    B begins and reads. A disables a. B is to disable b.
    """
    a, b = operators[:2]
    b.do("begin")
    b.do("rows")
    a.do("decide", args=["disable", "a"])

    assert b.do("decide", args=["disable", "b"]) == [1, REFUSAL.format("b")]


@pytest.mark.service
def test_repeatable_read(tmp_path: Path):
    """Where the database has the second of two writers repeat it, it is repeated.

    PostgreSQL does so under REPEATABLE READ, which is number 3 of its levels.
    """
    with make_database("postgresql", tmp_path) as database:
        settings = {**database.settings, "OPTIONS": {"isolation_level": 3}}
        site = Site({"default": settings})
        site.manage("migrate", "--verbosity=0")
        pool = Pool(site, 2)
        try:
            a, b = pool.get_ready()
            for worker in (a, b):
                worker.do("declare", names=["a", "b"])
            a.do("run_sync")
            a.do("begin")
            a.do("decide", args=["disable", "a"])
            start_and_wait(b, database, "disable", "b")
            a.do("commit")

            assert b.hear() == [1, REFUSAL.format("b")]
        finally:
            pool.kill()
