"""What processes answer while their database is away, and once it is back.

The server is stopped at once each time, so connections that were open are broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .clusters import Cluster, door, make_cluster
from .processes import Worker
from .servers import free_port
from .web.names import NAMES
from .websites import website

pytestmark = pytest.mark.service

OLD, NEW = NAMES[:2]
DOES_NOT_ANSWER = re.compile(r"Database 'default' does not answer .* \d+ seconds ago\.")
ANSWERS_AGAIN = "Database 'default' answers again."

Start = Callable[..., Worker]


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    with make_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(own_cluster: Cluster) -> Iterator[Cluster]:
    """A cluster that runs, whatever a test does to it."""
    yield own_cluster
    if own_cluster.is_running():
        own_cluster.stop()
    own_cluster.start()


@pytest.fixture(scope="module")
def template(own_cluster: Cluster) -> str:
    """A database with the tables and rows of the site."""
    name = own_cluster.make_database()
    website(own_cluster.settings(name)).manage("migrate", "--verbosity=0")
    return name


@pytest.fixture
def database(cluster: Cluster, template: str) -> str:
    """A database of the test's own."""
    return cluster.make_database(template)


@pytest.fixture
def start(cluster: Cluster, database: str) -> Iterator[Start]:
    """Starts processes of the site; they end with the test."""
    with ExitStack() as ends:

        def start(
            name: str = database,
            port: int = cluster.port,
            connection: dict[str, object] | None = None,
            **conf: object,
        ) -> Worker:
            here = cluster.settings(name, PORT=str(port), **(connection or {}))
            site = website(here, PLUGIN_SYSTEM=conf)
            worker = Worker(site, "tests.services.web.worker")
            ends.callback(worker.kill)
            worker.hear("ready")
            return worker

        yield start


def choose(start: Start, name: str, **where: int) -> None:
    """Switch in a process of an operator's own."""
    operator = start(**where)
    operator.do("choose", name=name)
    operator.kill()


def fail(worker: Worker, order: str = "visit", **arguments: object) -> str:
    """Give an order that has to fail; return the error."""
    worker.start(order, **arguments)
    return str(worker.hear("error"))


def errors(worker: Worker) -> list[str]:
    return [text for level, text in worker.do("logged") if level == "ERROR"]


def test_the_last_answer_goes_on(cluster: Cluster, start: Start):
    """The server is stopped. Each request gets the last answer, one record tells.

    The record is at level ERROR and tells the age of the rows.
    """
    worker = start()
    before = worker.do("visit")

    cluster.stop()
    during = [worker.do("visit", path="/who/?times=3") for _ in range(3)]

    assert (before, during) == (OLD, [OLD] * 3)
    (record,) = errors(worker)
    assert DOES_NOT_ANSWER.fullmatch(record.replace("\n", " "))


def test_the_last_answer_goes_on_outside_requests(cluster: Cluster, start: Start):
    """The same holds where there are no requests, though each lookup would ask."""
    worker = start(REFRESH_SECONDS=0)
    before = worker.do("look")

    cluster.stop()
    during = [worker.do("look") for _ in range(3)]

    assert (before, during) == (OLD, [OLD] * 3)
    assert len(errors(worker)) == 1


def test_one_try_to_connect_in_a_request(cluster: Cluster, start: Start):
    """The server is stopped. A request with three lookups tries to connect once.

    A try may take as long as the network lets it, so a request must not wait for
    several.
    """
    worker = start()
    worker.do("visit")
    cluster.stop()

    with door(cluster.port) as watched:
        answer = worker.do("visit", path="/who/?times=3")
        first = watched.knocks
        worker.do("visit", path="/who/?times=3")

    assert (answer, first, watched.knocks) == (OLD, 1, 2)


def test_the_last_answer_was_committed(cluster: Cluster, start: Start):
    """A thread begins, writes, asks. The server is stopped. Another one asks.

    What goes on is the last answer that everybody could see, since the transaction
    and its rows are lost.
    """
    worker = start()
    before = worker.do("visit")
    worker.do("hire", count=1)
    worker.do("tell", args=[0, "begin"])
    worker.do("tell", args=[0, "choose"], name=NEW)
    own = worker.do("tell", args=[0, "ask"])

    cluster.stop()

    assert (before, own, worker.do("visit")) == (OLD, NEW, OLD)


def test_back_with_a_change_made_after(cluster: Cluster, start: Start):
    """The server goes, comes back, an operator switches. The next request sees it.

    One record tells that it answers again; a second outage is told again.
    """
    worker = start()
    worker.do("visit")
    cluster.stop()
    worker.do("visit")
    first = errors(worker)

    cluster.start()
    choose(start, NEW)
    back = [worker.do("visit") for _ in range(3)]
    records = [text for _, text in worker.do("logged")]
    cluster.stop()
    away = worker.do("visit")

    assert (back, away) == ([NEW] * 3, NEW)
    assert records.count(ANSWERS_AGAIN) == 1
    assert len(first) == len(errors(worker)) == 1


def test_back_with_a_change_made_while_it_was_away(cluster: Cluster, start: Start):
    """The server is out of reach, an operator who reaches it switches, it is back."""
    other_way = free_port()
    worker = start()
    worker.do("visit")
    cluster.stop()

    cluster.start(other_way)
    choose(start, NEW, port=other_way)
    away = worker.do("visit")
    cluster.stop()
    cluster.start()

    assert (away, worker.do("visit")) == (OLD, NEW)


def test_back_without_any_change(cluster: Cluster, start: Start):
    """The server goes and comes back: that it answers again is told all the same."""
    worker = start()
    worker.do("visit")
    cluster.stop()
    worker.do("visit")
    cluster.start()

    answer = worker.do("visit")

    assert answer == OLD
    assert [text for _, text in worker.do("logged")].count(ANSWERS_AGAIN) == 1


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
def test_restarted_between_two_requests(
    cluster: Cluster, start: Start, connection: dict[str, object]
):
    """The server restarts, an operator switches, all between two requests of a process.

    It answers when the second request begins, so that one must see the switch, though
    the connection that the process has kept is broken.
    """
    worker = start(connection=connection)
    before = worker.do("visit")

    cluster.restart()
    choose(start, NEW)

    assert (before, worker.do("visit")) == (OLD, NEW)


def test_restarted_outside_requests(cluster: Cluster, start: Start):
    """The same in a command, which keeps its connection for as long as it runs."""
    worker = start(REFRESH_SECONDS=0)
    before = worker.do("look")

    cluster.restart()
    choose(start, NEW)

    assert (before, worker.do("look")) == (OLD, NEW)


@pytest.mark.parametrize("order", ["visit", "look"])
def test_away_before_anybody_looked(cluster: Cluster, start: Start, order: str):
    """Where no rows are known, the database's error is raised, until it is back."""
    worker = start()
    cluster.stop()

    errors = [fail(worker, order) for _ in range(2)]
    cluster.start()

    assert all(error.startswith("OperationalError: ") for error in errors)
    assert worker.do(order) == OLD


@pytest.mark.parametrize("order", ["visit", "look"])
def test_raise(cluster: Cluster, start: Start, order: str):
    """With ON_DATABASE_ERROR "raise", the error is raised though rows are known."""
    worker = start(ON_DATABASE_ERROR="raise", REFRESH_SECONDS=0)
    before = worker.do(order)

    cluster.stop()
    errors = [fail(worker, order) for _ in range(2)]
    cluster.start()
    choose(start, NEW)

    assert before == OLD
    assert all(error.startswith("OperationalError: ") for error in errors)
    assert worker.do("visit") == NEW


@pytest.mark.parametrize("order", ["visit", "look"])
def test_no_tables_yet(cluster: Cluster, start: Start, order: str):
    """Before migrate, the error names a missing table; after it, there are answers."""
    name = cluster.make_database()
    worker = start(name)

    error = fail(worker, order)
    website(cluster.settings(name)).manage("migrate", "--verbosity=0")

    assert error.startswith("ProgrammingError: ")
    assert 'relation "django_plugin_system_' in error
    assert worker.do(order) == OLD


def test_safe_mode(cluster: Cluster, start: Start):
    """In safe mode the code's first item answers, and nobody knocks at the door."""
    choose(start, NEW)
    cluster.stop()
    worker = start(SAFE_MODE=True)

    with door(cluster.port) as watched:
        answers = [worker.do("visit"), worker.do("look")]

    assert (answers, watched.knocks) == ([OLD, OLD], 0)
    assert worker.do("logged") == []
