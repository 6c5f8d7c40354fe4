"""Poolers and pools of connections: an answer is never old while the database answers.

Sites are told nothing but where the pooler is, or how large the pool: no
DISABLE_SERVER_SIDE_CURSORS, no check of connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .databases import Database, make_database
from .poolers import Pooler, make_pooler
from .processes import Site, Worker
from .servers import gunicorn
from .web.names import NAMES
from .websites import Operator, fetch, furnish, website

postgresql = pytest.mark.parametrize(
    "vendor", ["postgresql"], indirect=True, scope="session"
)
servers = pytest.mark.parametrize(
    "vendor", ["postgresql", "mariadb"], indirect=True, scope="session"
)
pytestmark = pytest.mark.service

THREADS = 6
SWITCHES = 12

Start = Callable[..., Worker]


@pytest.fixture(scope="module")
def own_database(
    vendor: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database that others are not on, since their connections would be ended too."""
    with make_database(vendor, tmp_path_factory.mktemp(vendor)) as database:
        furnish(website(database.settings))
        yield database


@pytest.fixture
def database(own_database: Database) -> Database:
    return own_database


@pytest.fixture
def site(database: Database) -> Site:
    return website(database.settings)


@pytest.fixture
def pooler(database: Database) -> Iterator[Pooler]:
    with make_pooler(database.settings) as pooler:
        yield pooler


@pytest.fixture
def start(site: Site) -> Iterator[Start]:
    """Starts processes of the site; they end with the test."""
    with ExitStack() as ends:

        def start(database: dict[str, Any] | None = None, **conf: object) -> Worker:
            settings = database or site.databases["default"]
            worker = Worker(
                website(settings, PLUGIN_SYSTEM=conf), "tests.services.web.worker"
            )
            ends.callback(worker.kill)
            worker.hear("ready")
            return worker

        start().do("choose", name=NAMES[0])
        yield start


def with_pool(site: Site, **options: object) -> dict[str, Any]:
    """Return settings of the same database with a pool in each process."""
    settings = site.databases["default"]
    given: dict[str, Any] = settings.get("OPTIONS", {})  # type: ignore[assignment]
    return {**settings, "OPTIONS": {**given, "pool": {"min_size": 4, **options}}}


def visit_in_threads(worker: Worker) -> set[str]:
    return set(worker.do("tell_all", what="visit"))


# A pooler that gives each transaction another connection


@postgresql
def test_behind_a_pooler_of_transactions(pooler: Pooler, site: Site, start: Start):
    """Six threads ask while an operator switches: no error, and each switch counts."""
    worker = start(pooler.in_front_of(site.databases["default"]))
    operator = start(pooler.in_front_of(site.databases["default"]))
    worker.do("hire", count=THREADS)
    answers = []

    for name in NAMES[:SWITCHES]:
        operator.do("choose", name=name)
        answers.append(visit_in_threads(worker))

    assert answers == [{name} for name in NAMES[:SWITCHES]]


@postgresql
def test_reading_rows_behind_a_pooler(pooler: Pooler, site: Site, start: Start):
    """Likewise where each lookup reads all rows, while others do so too."""
    worker = start(
        pooler.in_front_of(site.databases["default"]),
        RELOAD_SECONDS=0,
        REFRESH_SECONDS=0,
    )
    worker.do("hire", count=THREADS)

    answers = [set(worker.do("tell_all", what="look")) for _ in range(SWITCHES)]

    assert answers == [{NAMES[0]}] * SWITCHES


@postgresql
def test_the_site_behind_a_pooler(pooler: Pooler, site: Site, tmp_path: Path):
    """Commands and the admin do not stumble either."""
    site = website(pooler.in_front_of(site.databases["default"]))

    site.manage("migrate", "--verbosity=0")
    in_step = site.manage("pluginsync", "--check")
    with gunicorn(site, tmp_path / "log", "--threads=4", workers=2) as url:
        operator = Operator(url)
        answers = []
        for priority, name in enumerate(NAMES[5:8], start=1):
            operator.save(*operator.prepare(name, -priority))
            answers.append(fetch(url, "/who/").text)

    assert in_step == "Rows and code are in step.\n"
    assert answers == NAMES[5:8]


@postgresql
@pytest.mark.parametrize("max_age", [0, None])
def test_a_pooler_that_is_restarted(
    pooler: Pooler, site: Site, start: Start, max_age: int | None
):
    """The next request sees the switch, over a new connection."""
    here = {**pooler.in_front_of(site.databases["default"]), "CONN_MAX_AGE": max_age}
    worker, operator = start(here), start()
    worker.do("hire", count=THREADS)
    before = visit_in_threads(worker)

    pooler.restart()
    operator.do("choose", name=NAMES[1])

    assert (before, visit_in_threads(worker)) == ({NAMES[0]}, {NAMES[1]})


# Connections that have died, while the database answers


@postgresql
@pytest.mark.parametrize("checked", [False, True], ids=["unchecked", "checked"])
def test_a_pool_of_dead_connections(
    database: Database, site: Site, start: Start, checked: bool
):
    """All are ended, an operator switches: the next 8 requests see it."""
    settings = {**with_pool(site, max_size=8), "CONN_HEALTH_CHECKS": checked}
    worker, operator = start(settings), start()
    worker.do("hire", count=THREADS)
    before = visit_in_threads(worker)

    database.end_connections()
    operator.do("choose", name=NAMES[1])
    answers = [worker.do("visit") for _ in range(8)]

    assert before == {NAMES[0]}
    assert answers == [NAMES[1]] * 8
    database.end_connections()
    start().do("choose", name=NAMES[2])
    assert visit_in_threads(worker) == {NAMES[2]}


@postgresql
def test_a_pool_without_a_free_connection(site: Site, start: Start):
    """The database answers, if only past the pool."""
    settings = with_pool(site, min_size=1, max_size=1, timeout=0.2)
    worker, operator = start(settings), start()
    before = worker.do("visit")
    worker.do("hire", count=1)
    worker.do("tell", args=[0, "begin"])
    worker.do("tell", args=[0, "ask"])

    operator.do("choose", name=NAMES[1])

    assert (before, worker.do("visit")) == (NAMES[0], NAMES[1])
    assert [text for level, text in worker.do("logged") if level == "ERROR"] == []


@servers
@pytest.mark.parametrize(
    "connection",
    [
        pytest.param({"CONN_MAX_AGE": 0}, id="a connection for each request"),
        pytest.param({"CONN_MAX_AGE": None}, id="one for ever"),
        pytest.param(
            {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}, id="one that is checked"
        ),
    ],
)
def test_connections_that_were_ended(
    database: Database, site: Site, start: Start, connection: dict[str, object]
):
    """Those of all threads: the next request in each sees the switch."""
    worker = start({**site.databases["default"], **connection}, REFRESH_SECONDS=0)
    worker.do("hire", count=THREADS)
    before = visit_in_threads(worker), worker.do("look")

    database.end_connections()
    start().do("choose", name=NAMES[1])

    assert before == ({NAMES[0]}, NAMES[0])
    assert worker.do("look") == NAMES[1]
    assert visit_in_threads(worker) == {NAMES[1]}
