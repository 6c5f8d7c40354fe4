"""What manage.py pluginsync prints and how it exits."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test.utils import CaptureQueriesContext

from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from tests.aliases import database_alias
from tests.declared import item_dict, type_dict


@pytest.fixture
def drift(other) -> str:
    """The same with something to do, and something to tell, in each respect."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="lost", type_name="nowhere"))
    otp = PluginType.objects.using(other).get()
    otp.description = "Theirs"
    otp.save()
    PluginItem.objects.using(other).filter(name="voice").update(
        status="disable", priority=99
    )
    for module in ("tests.apps.otp_sms.email", "apps.gone"):
        PluginItem.objects.using(other).create(
            plugin_type=otp, module=module, name="old"
        )
    PluginType.objects.using(other).create(name="gone", manager="apps.gone")
    return other


def pluginsync(using: str, *arguments: str, **options: Any) -> str:
    """Run the command and return what it prints."""
    printed = StringIO()
    call_command(
        "pluginsync", f"--database={using}", *arguments, stdout=printed, **options
    )
    return printed.getvalue()


def rows(using: str) -> list[tuple[Any, ...]]:
    return [
        *PluginType.objects.using(using).order_by("pk").values_list(),
        *PluginItem.objects.using(using).order_by("pk").values_list(),
    ]


def test_create(drift):
    """By default rows are made, and pruned, and no other is touched."""
    printed = pluginsync(drift)

    assert printed == (
        "Plugin types created (1):\n"
        "  tests.apps.otp:sender\n"
        "Plugin items created (1):\n"
        "  tests.apps.otp_sms:mail for tests.apps.otp:sender\n"
        "Plugin types deleted (1):\n"
        "  apps.gone:gone\n"
        "Plugin items deleted (1):\n"
        "  apps.gone:old for tests.apps.otp:otp\n"
        "Orphans, kept: no code is registered for them (1):\n"
        "  tests.apps.otp_sms.email:old for tests.apps.otp:otp\n"
        "Left out: their plugin type is not registered (1):\n"
        "  tests.apps.otp_sms:lost for tests.apps.otp:nowhere\n"
        "Rows and code are in step now.\n"
    )
    voice = PluginItem.objects.using(drift).get(name="voice")
    assert (voice.status, voice.priority) == ("disable", 99)


def test_update(drift):
    """Existing rows are refreshed, their status is not."""
    printed = pluginsync(drift, "--mode=update", "--no-prune")

    assert printed == (
        "Plugin types created (1):\n"
        "  tests.apps.otp:sender\n"
        "Plugin items created (1):\n"
        "  tests.apps.otp_sms:mail for tests.apps.otp:sender\n"
        "Plugin types updated (1):\n"
        "  tests.apps.otp:otp\n"
        "Plugin items updated (1):\n"
        "  tests.apps.otp_voice:voice for tests.apps.otp:otp\n"
        "Orphans, kept: no code is registered for them (3):\n"
        "  apps.gone:gone\n"
        "  apps.gone:old for tests.apps.otp:otp\n"
        "  tests.apps.otp_sms.email:old for tests.apps.otp:otp\n"
        "Left out: their plugin type is not registered (1):\n"
        "  tests.apps.otp_sms:lost for tests.apps.otp:nowhere\n"
        "Rows and code are in step now.\n"
    )
    voice = PluginItem.objects.using(drift).get(name="voice")
    assert (voice.status, voice.priority) == ("disable", 5)


def test_dry_run(drift):
    """What would be done is told, and not done."""
    before = rows(drift)

    printed = pluginsync(drift, "--mode=update", "--dry-run")

    assert printed == (
        "Plugin types to create (1):\n"
        "  tests.apps.otp:sender\n"
        "Plugin items to create (1):\n"
        "  tests.apps.otp_sms:mail for tests.apps.otp:sender\n"
        "Plugin types to update (1):\n"
        "  tests.apps.otp:otp\n"
        "Plugin items to update (1):\n"
        "  tests.apps.otp_voice:voice for tests.apps.otp:otp\n"
        "Plugin types to delete (1):\n"
        "  apps.gone:gone\n"
        "Plugin items to delete (1):\n"
        "  apps.gone:old for tests.apps.otp:otp\n"
        "Orphans, kept: no code is registered for them (1):\n"
        "  tests.apps.otp_sms.email:old for tests.apps.otp:otp\n"
        "Left out: their plugin type is not registered (1):\n"
        "  tests.apps.otp_sms:lost for tests.apps.otp:nowhere\n"
        "Nothing was written.\n"
    )
    assert rows(drift) == before


def test_check(drift):
    """Drift is exit code 1, and nothing is written."""
    before = rows(drift)

    with (
        pytest.raises(SystemExit) as excinfo,
        CaptureQueriesContext(connections[drift]) as queries,
    ):
        pluginsync(drift, "--check")

    assert excinfo.value.code == 1
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
    assert rows(drift) == before


@pytest.mark.parametrize("arguments", [(), ("--check",), ("--dry-run",)], ids=str)
def test_in_step(other, arguments):
    """With nothing to do it says so, whatever it was asked."""
    assert pluginsync(other, *arguments) == "Rows and code are in step.\n"


def test_orphans_are_no_drift(other):
    """Syncing would not change them, so check does not fail."""
    voice = PluginItem.objects.using(other).filter(name="voice")
    voice.update(name="renamed")
    pluginsync(other)

    printed = pluginsync(other, "--check")

    assert printed == (
        "Orphans, kept: no code is registered for them (1):\n"
        "  tests.apps.otp_voice:renamed for tests.apps.otp:otp\n"
        "Rows and code are in step.\n"
    )


def test_json(drift):
    """Programs get the same report, whole."""
    printed = pluginsync(drift, "--mode=update", "--dry-run", "--format=json")

    assert json.loads(printed) == {
        "created_types": ["tests.apps.otp:sender"],
        "created_items": ["tests.apps.otp_sms:mail for tests.apps.otp:sender"],
        "updated_types": ["tests.apps.otp:otp"],
        "updated_items": ["tests.apps.otp_voice:voice for tests.apps.otp:otp"],
        "pruned_types": ["apps.gone:gone"],
        "pruned_items": ["apps.gone:old for tests.apps.otp:otp"],
        "orphans": ["tests.apps.otp_sms.email:old for tests.apps.otp:otp"],
        "unresolved": ["tests.apps.otp_sms:lost for tests.apps.otp:nowhere"],
    }


def test_json_of_nothing(other):
    """The keys are there even if their lists are empty; check may be asked as well."""
    printed = pluginsync(other, "--check", "--format=json")

    assert printed == (
        "{\n"
        '  "created_types": [],\n'
        '  "created_items": [],\n'
        '  "updated_types": [],\n'
        '  "updated_items": [],\n'
        '  "pruned_types": [],\n'
        '  "pruned_items": [],\n'
        '  "orphans": [],\n'
        '  "unresolved": []\n'
        "}\n"
    )


def test_quiet(drift):
    """With verbosity 0 it works without a word."""
    assert pluginsync(drift, verbosity=0) == ""
    assert PluginItem.objects.using(drift).filter(name="mail").exists()


def test_tables_missing(django_db_blocker, tmp_path):
    """The error says what makes them."""
    with (
        django_db_blocker.unblock(),
        database_alias("empty", str(tmp_path / "empty.sqlite3")) as empty,
        pytest.raises(CommandError) as excinfo,
    ):
        pluginsync(empty)

    assert str(excinfo.value) == (
        "Database 'empty' has no tables for plugins yet. "
        "Run 'manage.py migrate --database empty' first."
    )


def test_unknown_database():
    """Only databases of the project can be named."""
    with pytest.raises(CommandError) as excinfo:
        pluginsync("nope")

    assert str(excinfo.value).startswith(
        "Error: argument --database: invalid choice: 'nope' (choose from "
    )


def test_default_database(db):
    """Without a name it is the one that the models are written to."""
    printed = StringIO()

    call_command("pluginsync", stdout=printed)

    assert printed.getvalue() == "Rows and code are in step.\n"
