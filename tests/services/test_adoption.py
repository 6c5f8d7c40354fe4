"""Databases that the published release 1.1.0 has made are taken over as they are.

That release has no migrations: its users had to run ``migrate --run-syncdb``, since a
plain ``migrate`` ends with an error about missing tables. Or they made migrations of
their own for it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import django
import pytest

from .databases import Database, make_database
from .processes import Site

pytestmark = pytest.mark.service

APPS = ["tests.services.notifications", "tests.services.pigeons"]
PEOPLE = "tests.services.people"

OPERATE = """
from django_plugin_system.models import PluginItem, PluginType
PluginItem.objects.filter(name="email").update(status="disable", priority=-7)
PluginItem.objects.filter(name="push").update(status="reserve", description=None)
PluginType.objects.update(description="Edited by an operator")
PluginItem.objects.create(
    plugin_type=PluginType.objects.get(),
    name="telegraph",
    module="tests.services.notifications",
    priority=32767,
    description="Its code is gone",
)
"""
REFER = """
from django.contrib.auth.models import User
from django_plugin_system.models import PluginItem
from tests.services.people.models import Delivery, UserNotifyPref
pref = UserNotifyPref.objects.create(user=User.objects.create(username="ann"))
pref.favourite_plugins.set(PluginItem.objects.filter(name__in=["push", "telegraph"]))
Delivery.objects.create(sent_through=PluginItem.objects.get(name="email"))
"""
PLUGIN_ROWS = """
import json
from django_plugin_system.models import PluginItem, PluginType
querysets = PluginType.objects.order_by("pk"), PluginItem.objects.order_by("pk")
print(json.dumps([list(rows.values()) for rows in querysets], default=str))
"""
REFERRING_ROWS = """
import json
from tests.services.people.models import Delivery, UserNotifyPref
favourites = UserNotifyPref.favourite_plugins.through
rows = [
    list(model.objects.order_by("pk").values())
    for model in (Delivery, UserNotifyPref, favourites)
]
print(json.dumps(rows, default=str))
"""


@pytest.fixture(scope="session")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with release 1.1.0, and Django and drivers as they are in use here."""
    directory = tmp_path_factory.mktemp("release_1")
    run = [sys.executable, "-m"]
    subprocess.run([*run, "venv", "--without-pip", directory], check=True)
    python = directory / "bin" / "python"
    pip = [*run, "pip", "--python", python, "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "install", "--no-deps", "django-plugin-system==1.1.0"], check=True
    )
    (packages,) = directory.glob("lib/python*/site-packages")
    in_use = Path(django.__file__).parents[1]
    (packages / "in_use.pth").write_text(f"{in_use}\n")
    return python


def schema_of_ours(vendor: str, directory: Path) -> list[str]:
    with make_database(vendor, directory) as database:
        Site({"default": database.settings}).manage("migrate", "--verbosity=0")
        return database.schema()


def check_that_all_is_well(site: Site) -> None:
    """Nothing is left to do for any command, and an edited status is an operator's."""
    before = site.run(PLUGIN_ROWS)

    assert site.manage("migrate").endswith("No migrations to apply.\n")
    assert site.manage("makemigrations", "--check") == "No changes detected\n"
    assert site.manage("pluginsync").endswith("Rows and code are in step.\n")
    assert site.run(PLUGIN_ROWS) == before

    site.manage("pluginsync", "--mode=update")

    items = {row["name"]: row for row in site.run(PLUGIN_ROWS)[1]}
    assert {name: row["id"] for name, row in items.items()} == {
        row["name"]: row["id"] for row in before[1]
    }
    assert {
        name: (row["status"], row["priority"], row["description"])
        for name, row in items.items()
    } == {
        "email": ("disable", 5, "Send notification via email"),
        "pigeon": ("active", 90, "By pigeon"),
        "push": ("reserve", 6, "Send notification via push"),
        "telegraph": ("active", 32767, "Its code is gone"),
    }


def test_adopted(database: Database, vendor: str, old_python: Path, tmp_path: Path):
    """``migrate --fake-initial`` keeps every row, and the tables are as ours are."""
    old = Site({"default": database.settings}, apps=APPS, python=old_python)
    dead = old.manage("migrate", "--verbosity=0", exit_code=1)
    old.manage("migrate", "--run-syncdb", "--verbosity=0")
    old.manage("shell", "--verbosity=0", "--command", OPERATE)
    before = old.run(PLUGIN_ROWS)
    site = Site({"default": database.settings}, apps=APPS)

    site.manage("migrate", "--fake-initial", "--verbosity=0")

    assert "django_plugin_system_plugintype" in dead
    assert [len(rows) for rows in before] == [1, 4]
    assert site.run(PLUGIN_ROWS) == before
    assert database.schema() == schema_of_ours(vendor, tmp_path)
    check_that_all_is_well(site)


def test_adopted_with_rows_that_refer_to_it(
    database: Database, vendor: str, old_python: Path, tmp_path: Path
):
    """A project's own relations stay.

    Its migration counts as applied before the one it depends on, which Django refuses
    even with ``--fake-initial``; ``pluginadopt`` sets that right.
    """
    old = Site({"default": database.settings}, apps=[*APPS, PEOPLE], python=old_python)
    old.manage("migrate", "--run-syncdb", "--verbosity=0")
    old.manage("shell", "--verbosity=0", "--command", OPERATE + REFER)
    before, referring = old.run(PLUGIN_ROWS), old.run(REFERRING_ROWS)
    site = Site({"default": database.settings}, apps=[*APPS, PEOPLE])

    refused = site.manage("migrate", "--fake-initial", exit_code=1)
    adopted = site.manage("pluginadopt")
    site.manage("migrate", "--verbosity=0")

    assert refused.endswith(
        "InconsistentMigrationHistory: Migration people.0001_initial is applied before "
        "its dependency django_plugin_system.0001_initial on database 'default'.\n"
    )
    assert adopted == "The tables in database 'default' are adopted now.\n"
    assert [len(rows) for rows in referring] == [1, 1, 2]
    assert site.run(REFERRING_ROWS) == referring
    assert site.run(PLUGIN_ROWS) == before
    assert database.schema() == schema_of_ours(vendor, tmp_path)
    check_that_all_is_well(site)
    assert site.run(REFERRING_ROWS) == referring


def test_adopted_with_migrations_of_their_own(old_python: Path, tmp_path: Path):
    """Where users made migrations for the release, a plain ``migrate`` is enough."""
    (tmp_path / "own_migrations").mkdir()
    (tmp_path / "own_migrations" / "__init__.py").touch()
    with make_database("sqlite", tmp_path) as database:
        old = Site(
            {"default": database.settings},
            apps=[*APPS, PEOPLE],
            migrations={"django_plugin_system": "own_migrations"},
            python=old_python,
            path=tmp_path,
        )
        old.manage("makemigrations", "django_plugin_system", "--verbosity=0")
        old.manage("migrate", "--verbosity=0")
        old.manage("shell", "--verbosity=0", "--command", OPERATE + REFER)
        before, referring = old.run(PLUGIN_ROWS), old.run(REFERRING_ROWS)
        site = Site({"default": database.settings}, apps=[*APPS, PEOPLE])

        site.manage("migrate", "--verbosity=0")

        assert site.run(PLUGIN_ROWS) == before
        assert site.run(REFERRING_ROWS) == referring
        check_that_all_is_well(site)
        assert site.run(REFERRING_ROWS) == referring
