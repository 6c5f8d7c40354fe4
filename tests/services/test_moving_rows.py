"""Rows of a project that refer to plugin items, moved into another database."""

from __future__ import annotations

from pathlib import Path

import pytest

from .databases import Database, make_database
from .processes import Site
from .test_adoption import APPS, PEOPLE, PLUGIN_ROWS, REFER, REFERRING_ROWS

pytestmark = pytest.mark.service

OTHER_IDS = """
from uuid import uuid4
from django_plugin_system.models import PluginItem, PluginType
for type_ in PluginType.objects.all():
    items = list(type_.pluginitem_set.all())
    type_.delete()
    type_.pk = uuid4()
    type_.save(force_insert=True)
    for item in items:
        item.pk, item.plugin_type = uuid4(), type_
        item.save(force_insert=True)
PluginItem.objects.create(
    plugin_type=PluginType.objects.get(), name="telegraph", module="gone"
)
"""
OPERATE = """
from django_plugin_system.models import PluginItem
PluginItem.objects.filter(name="email").update(status="disable", priority=-7)
PluginItem.objects.filter(name="push").update(status="reserve")
"""
CHOSEN = """
import json
from django_plugin_system import get_plugin_class
from tests.services.people.models import Delivery, UserNotifyPref
print(json.dumps([
    get_plugin_class("notifier", "tests.services.notifications").__name__,
    [row.sent_through.name for row in Delivery.objects.all()],
    [
        sorted(each.name for each in row.favourite_plugins.all())
        for row in UserNotifyPref.objects.all()
    ],
]))
"""
NATURAL = ["--natural-foreign", "--natural-primary", "--verbosity=0"]


def test_between_environments(database: Database, vendor: str, tmp_path: Path):
    """Decisions are moved; ids stay as they are, and so do relations, old and new."""
    with make_database(vendor, tmp_path) as target:
        apps = [*APPS, PEOPLE]
        here = Site({"default": database.settings}, apps=apps)
        there = Site({"default": target.settings}, apps=apps)
        for site in (here, there):
            site.manage("migrate", "--verbosity=0")
            site.manage("shell", "--verbosity=0", "--command", OTHER_IDS)
        here.manage("shell", "--verbosity=0", "--command", OPERATE + REFER)
        there.manage("shell", "--verbosity=0", "--command", REFER)
        dump, people = str(tmp_path / "rows.json"), str(tmp_path / "people.json")
        here.manage("dumpdata", "django_plugin_system", *NATURAL, f"--output={dump}")
        here.manage("dumpdata", "people", "auth.user", *NATURAL, f"--output={people}")
        expected = ["PigeonNotifier", ["email"], [["push", "telegraph"]]]
        before, referring = there.run(PLUGIN_ROWS), there.run(REFERRING_ROWS)

        there.manage("loaddata", dump, "--verbosity=0")

        after = there.run(PLUGIN_ROWS)
        assert there.run(REFERRING_ROWS) == referring
        assert [[row["id"] for row in rows] for rows in after] == [
            [row["id"] for row in rows] for rows in before
        ]
        assert {row["name"]: (row["status"], row["priority"]) for row in after[1]} == {
            "email": ("disable", -7),
            "pigeon": ("active", 90),
            "push": ("reserve", 6),
            "telegraph": ("active", 0),
        }
        assert there.run(CHOSEN) == expected

        for rows in ("Delivery", "UserNotifyPref"):
            delete = f"from tests.services.people.models import {rows} as rows"
            code = f"{delete}\nrows.objects.all().delete()"
            there.manage("shell", "--verbosity=0", "--command", code)
        there.manage("loaddata", people, "--verbosity=0")

        assert there.run(CHOSEN) == expected
