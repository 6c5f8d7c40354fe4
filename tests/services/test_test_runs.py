"""Whole runs of a project's tests, by Django and by pytest: each test begins anew."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .databases import Database
from .processes import PATIENCE, ROOT, Site

APPS = ["django_plugin_system", "tests.services.notifications"]
CASES = "tests.services.tested.cases"
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "--noconftest",
]


@pytest.fixture
def site(database: Database, tmp_path: Path, vendor: str) -> Iterator[Site]:
    """A site whose test database is in a file, where that makes a difference."""
    settings = {**database.settings, "TEST": {}}
    if vendor == "sqlite":
        settings["TEST"] = {"NAME": str(tmp_path / "test.sqlite3")}
        settings["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF"}
    # Without Django's content types: after a flush, these get other ids than before, so
    # Django cannot put back what it has serialized.
    return Site({"default": settings}, settings={"INSTALLED_APPS": APPS})


def test_django(site: Site):
    """Also when its database is kept, and used by the next run."""
    runs = [
        site.manage("test", CASES, "--noinput", *kept) for kept in (["--keepdb"], [])
    ]

    assert [outcome(each) for each in runs] == [["Ran 15 tests", "OK"]] * 2


@pytest.mark.service
@pytest.mark.parametrize("option", ["--parallel=2", "--shuffle"])
def test_django_in_other_ways(site: Site, option: str):
    """In several processes, each with a copy of the database, and in any order.

    Tests with serialized_rollback or available_apps leave their database empty, as
    Django documents, so these are run on their own.
    """
    leaving = ["-k", "DSerialized"], ["-k", "EAvailable"]
    others = [["-k", "ATests", "-k", "BTests", "-k", "CLiveTests"]]

    runs = [
        outcome(site.manage("test", CASES, "--noinput", option, *names))
        for names in (*leaving, *others)
    ]

    assert runs == [[f"Ran {count} tests", "OK"] for count in (3, 3, 9)]


def outcome(run: str) -> list[str]:
    return re.findall(r"Ran \d+ tests|^OK$", run, re.MULTILINE)


ISOLATED, UNITTEST = "test_isolated", "ATests or BTests or CLiveTests"
service = pytest.mark.service


@pytest.mark.parametrize(
    ("names", "options", "runs"),
    [
        pytest.param(ISOLATED, [], 1, id="one"),
        pytest.param(ISOLATED, ["-n", "2"], 1, id="xdist", marks=service),
        pytest.param(ISOLATED, ["--reuse-db"], 2, id="kept", marks=service),
        pytest.param(ISOLATED, ["--no-migrations"], 1, id="syncdb", marks=service),
        pytest.param(UNITTEST, ["-n", "2"], 1, id="unittest", marks=service),
        pytest.param("serialized", [], 1, id="serialized", marks=service),
    ],
)
def test_pytest(site: Site, names: str, options: list[str], runs: int):
    """In one process or several, on databases that are new, or kept."""
    for _ in range(runs):
        command = subprocess.run(
            [*PYTEST, *options, "-k", names, "tests/services/tested/cases.py"],
            cwd=ROOT,
            env=site.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

        assert command.returncode == 0, command.stdout
