"""Databases, sites and processes for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .databases import Database, make_database
from .processes import Pool, Site, Worker
from .web.names import NAMES
from .websites import website

# SQLite needs no server, but these tests many processes.
VENDORS = [
    pytest.param(vendor, marks=pytest.mark.service)
    for vendor in ("sqlite", "postgresql", "mariadb")
]
PROCESSES = 8


@pytest.fixture(scope="session", params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> str:
    """The database to run on."""
    return str(request.param)


@pytest.fixture
def database(vendor: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with make_database(vendor, tmp_path) as database:
        yield database


@pytest.fixture(scope="session")
def shared(vendor: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for all tests, with tables."""
    with make_database(vendor, tmp_path_factory.mktemp(vendor)) as database:
        Site({"default": database.settings}).manage("migrate")
        yield database


@pytest.fixture(scope="session")
def pool(shared: Database) -> Iterator[Pool]:
    """Eight processes and one more on the shared database."""
    pool = Pool(Site({"default": shared.settings}), PROCESSES + 1)
    yield pool
    pool.kill()


@pytest.fixture
def workers(pool: Pool) -> list[Worker]:
    """Eight processes and, as the last, an operator's, with tables that are empty."""
    workers = pool.get_ready()
    workers[-1].do("delete", types=True)
    return workers


@pytest.fixture(scope="session")
def web(vendor: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the admin, on a database that its tests share."""
    with make_database(vendor, tmp_path_factory.mktemp(f"web_{vendor}")) as database:
        site = website(database.settings)
        site.manage("migrate", "--verbosity=0")
        yield site


@pytest.fixture(scope="session")
def web_pool(web: Site) -> Iterator[Pool]:
    """Two processes of that site."""
    pool = Pool(web, 2, "tests.services.web.worker")
    yield pool
    pool.kill()


@pytest.fixture
def two(web_pool: Pool) -> tuple[Worker, Worker]:
    """A process of that site and an operator's; the first item is chosen."""
    worker, operator = web_pool.get_ready()
    operator.do("choose", name=NAMES[0])
    return worker, operator
