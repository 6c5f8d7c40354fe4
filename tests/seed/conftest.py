"""The seed's project, migrated once a session, and what tests build of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .shop import APPS, CARRIERS, SHIPPING, Consoles
from .sites import PROJECT, Console, Site, new_site

SiteMaker = Callable[[list[str], dict[str, str]], Site]


@pytest.fixture(scope="session")
def migrated_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as ``manage.py migrate`` leaves it in the seed's project."""
    database = tmp_path_factory.mktemp("seed") / "project.sqlite3"
    Site(PROJECT, database).manage("migrate")
    return database


@pytest.fixture(scope="session")
def started_project(migrated_project: Path) -> Iterator[Console]:
    """A process of the seed's project; scripts run in children of it."""
    with Site(PROJECT, migrated_project).console() as console:
        yield console


@pytest.fixture
def site(migrated_project: Path, started_project: Console, tmp_path: Path) -> Site:
    """The project that is printed in the seed, right after ``manage.py migrate``."""
    database = tmp_path / "db.sqlite3"
    shutil.copy(migrated_project, database)
    return Site(PROJECT, database, started=started_project)


@pytest.fixture(scope="session")
def migrated_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database of a site that has no apps of its own yet."""
    directory = tmp_path_factory.mktemp("empty")
    (directory / "nothing").touch()
    site = new_site(directory, directory / "nothing", [], {})
    site.manage("migrate")
    return site.database


@pytest.fixture
def make_site(migrated_empty: Path, tmp_path: Path) -> SiteMaker:
    """Write a site from the apps it installs and the files it has."""

    def make(apps: list[str], files: dict[str, str]) -> Site:
        return new_site(tmp_path, migrated_empty, apps, files)

    return make


@pytest.fixture(scope="session")
def synced_shop(migrated_empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The shop with its rows; tests take a copy of the database."""
    directory = tmp_path_factory.mktemp("shop")
    site = new_site(directory, migrated_empty, APPS, SHIPPING | CARRIERS)
    site.manage("pluginsync")
    return site


@pytest.fixture(scope="session")
def started_shop(synced_shop: Site) -> Iterator[Console]:
    """A process of the shop; scripts run in children of it."""
    with synced_shop.console() as console:
        yield console


@pytest.fixture
def shop(synced_shop: Site, started_shop: Console, tmp_path: Path) -> Site:
    """The shop as it is right after its first sync."""
    database = tmp_path / "db.sqlite3"
    shutil.copy(synced_shop.database, database)
    return Site(synced_shop.root, database, started=started_shop)


@pytest.fixture(scope="module")
def live_consoles(
    synced_shop: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Consoles]:
    database = tmp_path_factory.mktemp("consoles") / "db.sqlite3"
    shutil.copy(synced_shop.database, database)
    site = Site(synced_shop.root, database)
    with site.console() as asker, site.console() as changer:
        yield Consoles(asker, changer)


@pytest.fixture
def consoles(live_consoles: Consoles) -> Consoles:
    """One process that asks and one that switches, their rows as in code."""
    live_consoles.reset()
    return live_consoles
