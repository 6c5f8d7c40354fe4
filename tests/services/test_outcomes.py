"""What commands say and leave behind where not all is as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from .databases import Database, make_database
from .processes import Site

NOTIFICATIONS = "tests.services.notifications"
PIGEONS = "tests.services.pigeons"
PEOPLE = "tests.services.people"

ROWS = """
import json
from django_plugin_system.models import PluginItem
rows = PluginItem.objects.order_by("name").values_list("name", "status", "priority")
print(json.dumps(list(rows)))
"""
SHIPPED = [["email", "active", 5], ["push", "active", 6]]


@pytest.fixture
def site(database: Database) -> Site:
    """A migrated project with two plugin items."""
    site = Site({"default": database.settings}, apps=[NOTIFICATIONS])
    site.manage("migrate", "--verbosity=0")
    return site


def test_models_and_migrations_agree(site: Site):
    """Neither before nor after a migration is there any change to be made."""
    printed = site.manage("makemigrations", "--check")

    assert printed == "No changes detected\n"


def test_to_zero_and_back(site: Site):
    """Without tables, migrate is silent and pluginsync tells what to do."""
    to_zero = site.manage("migrate", "django_plugin_system", "zero")
    missing = site.manage("pluginsync", exit_code=1)
    site.manage("migrate", "--verbosity=0")

    assert to_zero.endswith("Unapplying django_plugin_system.0001_initial... OK\n")
    assert missing == (
        "CommandError: Database 'default' has no tables for plugins yet. "
        "Run 'manage.py migrate --database default' first.\n"
    )
    assert site.run(ROWS) == SHIPPED


def test_read_only(site: Site, database: Database, vendor: str):
    """A database that cannot be written is a mistake only if something is to do.

    Then the error is one sentence, and nothing is half-written.
    """
    reader = Site({"default": database.read_only()}, apps=[NOTIFICATIONS, PIGEONS])
    same = Site({"default": database.read_only()}, apps=[NOTIFICATIONS])
    refusal = {
        "sqlite": "attempt to write a readonly database",
        "postgresql": "cannot execute UPDATE in a read-only transaction",
        "mariadb": "Cannot execute statement in a READ ONLY transaction",
    }

    assert same.manage("pluginsync") == "Rows and code are in step.\n"
    assert reader.manage("pluginsync", exit_code=1) == (
        f"CommandError: Nothing was changed in database 'default': {refusal[vendor]}.\n"
    )
    assert site.run(ROWS) == SHIPPED


def test_names_that_the_database_takes_for_one(
    database: Database, vendor: str, tmp_path: Path
):
    """Where a collation ignores case, two items that differ only in it are refused."""
    (tmp_path / "alike.py").write_text(ALIKE)
    site = Site({"default": database.settings}, apps=["alike"], path=tmp_path)
    if vendor != "mariadb":
        site.manage("migrate", "--verbosity=0")

        assert site.run(ROWS) == [["MAIL", "active", 0], ["mail", "active", 0]]
    else:
        printed = site.manage("migrate", "--verbosity=0", exit_code=1)

        last = printed.splitlines()[-1]
        assert "SyncError: Nothing was changed in database 'default': Dupl" in last
        assert last.endswith("' for key 'uniq_plugin_item_name_module_type'.")
        assert site.run(ROWS) == []


ALIKE = """
from abc import ABC, abstractmethod
from django_plugin_system.register import register_plugin_item, register_plugin_type


class AbstractPost(ABC):
    @abstractmethod
    def send(self): ...


class Post(AbstractPost):
    def send(self): ...


register_plugin_type({"name": "post", "manager": "alike", "interface": AbstractPost})
for name in ("mail", "MAIL"):
    register_plugin_item(
        {
            "name": name,
            "module": "alike",
            "type_name": "post",
            "manager_name": "alike",
            "plugin_class": Post,
        }
    )
"""


def test_protected_rows(database: Database):
    """A row that a project's own row protects is not pruned, nor anything else done."""
    site = Site({"default": database.settings}, apps=[NOTIFICATIONS, PIGEONS, PEOPLE])
    site.manage("migrate", "--verbosity=0")
    site.manage("shell", "--verbosity=0", "--command", DELIVER)
    smaller = Site({"default": database.settings}, apps=[NOTIFICATIONS, PEOPLE])

    printed = smaller.manage("pluginsync", exit_code=1)

    assert printed == (
        "CommandError: Nothing was changed in database 'default'. Cannot delete some "
        "instances of model 'PluginItem' because they are referenced through protected "
        "foreign keys: 'Delivery.sent_through'. "
        "Delete what refers to them, or keep them with --no-prune.\n"
    )
    assert site.run(ROWS) == [["pigeon", "active", 90], ["push", "active", 6]]
    assert smaller.manage("pluginsync", "--no-prune", "--verbosity=0") == ""
    assert site.run(ROWS) == [SHIPPED[0], ["pigeon", "active", 90], SHIPPED[1]]


DELIVER = """
from django_plugin_system.models import PluginItem
from tests.services.people.models import Delivery
PluginItem.objects.get(name="email").delete()
Delivery.objects.create(sent_through=PluginItem.objects.get(name="pigeon"))
"""


def test_router(database: Database, tmp_path: Path):
    """With a router, rows are made where its tables are, and nowhere else."""
    with make_database("sqlite", tmp_path) as default:
        site = Site(
            {"default": default.settings, "plugins": database.settings},
            apps=[NOTIFICATIONS],
            routers=["tests.services.routers.PluginsApart"],
        )
        before = site.manage("migrate", "--verbosity=0")
        missing = site.manage("pluginsync", exit_code=1)
        site.manage("migrate", "--database=plugins", "--verbosity=0")

        assert before == ""
        assert missing == (
            "CommandError: Database 'plugins' has no tables for plugins yet. "
            "Run 'manage.py migrate --database plugins' first.\n"
        )
        assert site.run(ROWS) == SHIPPED
        assert site.manage("pluginsync") == "Rows and code are in step.\n"
        assert site.manage("pluginsync", "--database=default", exit_code=1) == (
            "CommandError: A database router keeps the tables of plugins out of "
            "'default'. It lets them into: 'plugins'.\n"
        )


def test_pluginsync_in_processes_of_its_own(site: Site, database: Database):
    """An app that is uninstalled loses its rows, an edit stays, check tells drift."""
    larger = Site({"default": database.settings}, apps=[NOTIFICATIONS, PIGEONS])
    drift = larger.manage("pluginsync", "--check", exit_code=1)
    larger.manage("pluginsync", "--verbosity=0")
    site.manage("shell", "--verbosity=0", "--command", DISABLE)
    pruned = site.manage("pluginsync", "--mode=update")

    assert drift == (
        "Plugin items to create (1):\n"
        "  tests.services.pigeons:pigeon for tests.services.notifications:notifier\n"
        "Nothing was written.\n"
    )
    assert pruned == (
        "Plugin items deleted (1):\n"
        "  tests.services.pigeons:pigeon for tests.services.notifications:notifier\n"
        "Rows and code are in step now.\n"
    )
    assert site.run(ROWS) == [["email", "disable", 5], SHIPPED[1]]
    assert site.manage("pluginsync", "--check") == "Rows and code are in step.\n"


DISABLE = """
from django_plugin_system.models import PluginItem
PluginItem.objects.filter(name="email").update(status="disable")
"""
