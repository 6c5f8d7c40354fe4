"""Rows follow code; what operators decided is kept."""

from __future__ import annotations

import json
import sqlite3
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models import Model
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.connection import ConnectionDoesNotExist
from django.utils.translation import gettext_lazy

from django_plugin_system import sync as sync_package
from django_plugin_system.exceptions import SyncError
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.registry import Registry
from django_plugin_system.sync import SyncReport, sync, sync_after_migrate
from tests.aliases import database_alias
from tests.apps.otp_voice.plugins import VoiceOTP
from tests.declared import item_dict, type_dict

SENDER = "tests.apps.otp:sender"
MAIL = f"tests.apps.otp_sms:mail for {SENDER}"
OTP = "tests.apps.otp:otp"
OTP_ITEMS = [
    f"tests.apps.otp_sms:kavenegar for {OTP}",
    f"tests.apps.otp_sms:sms_ir for {OTP}",
    f"tests.apps.otp_voice:voice for {OTP}",
]


def types(using: str) -> Any:
    return PluginType.objects.using(using)


def items(using: str) -> Any:
    return PluginItem.objects.using(using)


def declare_sender(**changes: Any) -> None:
    """Register one more type and an item of it."""
    register_plugin_type(type_dict(**changes))
    register_plugin_item(item_dict(**changes))


def add_row(using: str, module: str, name: str = "old", **changes: Any) -> PluginItem:
    """Make the row of an item that no code declares."""
    plugin_type = types(using).get(name="otp")
    return items(using).create(
        plugin_type=plugin_type, module=module, name=name, **changes
    )


def statements(using: str, **arguments: Any) -> list[str]:
    """Sync and return the first word of each statement."""
    with CaptureQueriesContext(connections[using]) as queries:
        sync(using=using, **arguments)
    return [query["sql"].split()[0] for query in queries]


# Creating


def test_rows_are_made(other):
    """Whatever is declared gets a row, active, with its priority and description."""
    register_plugin_type(type_dict(description="Sends"))
    register_plugin_item(item_dict(priority=-5, description="By mail"))

    report = sync(using=other)

    assert report == SyncReport(created_types=[SENDER], created_items=[MAIL])
    item = items(other).get(name="mail")
    assert (item.status, item.priority, item.description) == ("active", -5, "By mail")
    assert item.plugin_type.description == "Sends"


def test_again(other):
    """A second sync finds nothing to do and only reads."""
    declare_sender()
    sync(using=other)

    assert statements(other, mode="update", prune=True) == ["SELECT"] * 4
    assert sync(using=other, mode="update", prune=True) == SyncReport()


def test_create_leaves_rows_alone(other):
    """What operators changed stays, all of it, and so does what is old."""
    types(other).update(description="Theirs")
    items(other).update(status="disable", priority=99, description="Theirs")
    before = list(items(other).order_by("pk").values())
    declare_sender()

    report = sync(using=other)

    assert report == SyncReport(created_types=[SENDER], created_items=[MAIL])
    assert list(items(other).exclude(name="mail").order_by("pk").values()) == before
    assert types(other).get(name="otp").description == "Theirs"


def test_items_of_a_type_that_has_its_row(other):
    """New items join the type that is there."""
    register_plugin_item(item_dict(type_name="otp", plugin_class=VoiceOTP))

    report = sync(using=other)

    assert report == SyncReport(created_items=[f"tests.apps.otp_sms:mail for {OTP}"])
    assert items(other).get(name="mail").plugin_type == types(other).get(name="otp")


def test_rows_speak_the_language_of_the_site(other, settings):
    """Which language is active in the process makes no difference."""
    settings.LANGUAGE_CODE = "de"
    register_plugin_type(type_dict(description=gettext_lazy("Yes")))

    with translation.override("fr"):
        sync(using=other)

    assert types(other).get(name="sender").description == "Ja"
    with translation.override(None):
        assert sync(using=other, mode="update") == SyncReport()


# Updating


def test_update(other):
    """Priority and description come from code again; the status is the operators'."""
    types(other).update(description="Theirs")
    items(other).filter(name="voice").update(priority=99)
    items(other).filter(name="sms_ir").update(status="disable", description=None)

    report = sync(using=other, mode="update")

    assert report == SyncReport(
        updated_types=[OTP], updated_items=[OTP_ITEMS[1], OTP_ITEMS[2]]
    )
    rows = items(other).order_by("name")
    assert list(rows.values_list("name", "status", "priority", "description")) == [
        ("kavenegar", "active", 20, ""),
        ("sms_ir", "disable", 10, "By SMS"),
        ("voice", "active", 5, ""),
    ]
    assert types(other).get().description == "One-time password delivery"


def test_update_creates_too(other):
    """What is missing is made in either mode."""
    declare_sender()

    report = sync(using=other, mode="update")

    assert report == SyncReport(created_types=[SENDER], created_items=[MAIL])


# Pruning


def test_prune(other):
    """Rows of apps that are not installed go, with the items of their types."""
    gone = types(other).create(name="gone", manager="apps.gone")
    items(other).create(plugin_type=gone, module="tests.apps.otp_sms", name="stray")
    add_row(other, "tests.apps.otp_smsx")

    report = sync(using=other, prune=True)

    assert report == SyncReport(
        pruned_types=["apps.gone:gone"],
        pruned_items=[
            "tests.apps.otp_sms:stray for apps.gone:gone",
            f"tests.apps.otp_smsx:old for {OTP}",
        ],
    )
    assert types(other).count() == 1
    assert items(other).count() == 3


def test_without_prune(other):
    """They stay, as orphans, when nobody asks for them to go."""
    add_row(other, "apps.gone")

    assert sync(using=other) == SyncReport(orphans=[f"apps.gone:old for {OTP}"])
    assert items(other).count() == 4


@pytest.mark.parametrize("module", ["tests.apps.otp_sms", "tests.apps.otp_sms.email"])
def test_orphans(other, module):
    """A row whose app is installed stays although its code is gone, as it is."""
    row = add_row(other, module, status="disable", priority=3)
    lonely = types(other).create(name="lonely", manager="tests.apps.otp")

    report = sync(using=other, mode="update", prune=True)

    assert report == SyncReport(
        orphans=["tests.apps.otp:lonely", f"{module}:old for {OTP}"]
    )
    row.refresh_from_db()
    assert (row.status, row.priority) == ("disable", 3)
    assert types(other).filter(pk=lonely.pk).exists()


def test_config_paths_in_installed_apps(other, settings):
    """Apps listed by their AppConfig are installed just as well."""
    settings.INSTALLED_APPS = [
        "tests.apps.otp.apps.OtpConfig" if app == "tests.apps.otp" else app
        for app in settings.INSTALLED_APPS
    ]

    assert sync(using=other, prune=True) == SyncReport()
    assert items(other).count() == 3


def test_rows_that_others_protect(other, settings):
    """Nothing at all is written, and the error names what refers to the row."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.services.people"]
    call_command("migrate", database=other, verbosity=0)
    delivery = apps.get_model("people", "Delivery")
    row = add_row(other, "apps.gone")
    delivery.objects.using(other).create(sent_through=row)
    declare_sender()

    with pytest.raises(SyncError) as excinfo:
        sync(using=other, prune=True)

    assert str(excinfo.value) == (
        "Nothing was changed in database 'other'. Cannot delete some instances of "
        "model 'PluginItem' because they are referenced through protected foreign "
        "keys: 'Delivery.sent_through'. "
        "Delete what refers to them, or keep them with --no-prune."
    )
    assert items(other).count() == 4
    assert types(other).count() == 1


# Reporting


def test_dry_run(other):
    """The report tells what would be done; nothing is."""
    declare_sender()
    items(other).filter(name="voice").update(priority=99)
    add_row(other, "apps.gone")

    planned = sync(using=other, mode="update", prune=True, dry_run=True)

    assert planned == SyncReport(
        created_types=[SENDER],
        created_items=[MAIL],
        updated_items=[OTP_ITEMS[2]],
        pruned_items=[f"apps.gone:old for {OTP}"],
    )
    assert statements(other, dry_run=True) == ["SELECT"] * 3
    assert items(other).get(name="voice").priority == 99
    assert sync(using=other, mode="update", prune=True) == planned


def test_unresolved_items(other):
    """An item whose type nobody registers gets no row and is listed."""
    register_plugin_item(item_dict(type_name="nowhere"))

    report = sync(using=other)

    assert report == SyncReport(
        unresolved=["tests.apps.otp_sms:mail for tests.apps.otp:nowhere"]
    )
    assert not report.has_changes


# How many statements


def declare_many(registry: Registry, count: int, **changes: Any) -> None:
    register_plugin_type(type_dict())
    for number in range(count):
        register_plugin_item(item_dict(name=f"item_{number}", **changes))


@pytest.mark.parametrize("limit", [999, 32766], ids=["django 5", "django 6"])
def test_constant_number_of_statements(other, registry: Registry, limit, monkeypatch):
    """A thousand items take as many as ten, to create, update and prune.

    Django 5 would split what it sends to SQLite; Django 6 knows its real limit.
    """
    features = connections[other].features
    monkeypatch.setitem(vars(features), "max_query_params", limit)
    taken = []
    for count in (10, 1000):
        with registry.isolated():
            declare_many(registry, count)
            created = statements(other)
        with registry.isolated():
            declare_many(registry, count, priority=1)
            updated = statements(other, mode="update")
            unchanged = statements(other, mode="update")
        assert items(other).filter(priority=1).count() == count
        items(other).filter(priority=1).update(module="apps.gone")
        pruned = statements(other, prune=True)
        assert items(other).count() == 3
        types(other).filter(name="sender").delete()
        taken.append((created, updated, unchanged, pruned))

    few, many = taken

    assert few == many
    assert [len(each) for each in many] == [12, 11, 4, 11]
    assert vars(features)["max_query_params"] == limit


# Which database


class Apart:
    """Keeps plugins in the database called other."""

    def db_for_write(self, model, **hints):
        return "other"

    def allow_migrate(self, db, app_label, **hints):
        return db == "other"


class Nowhere:
    """Wants no plugins anywhere."""

    def allow_migrate(self, db, app_label, **hints):
        return False


def test_only_the_database_named(other, empty):
    """The others are left alone."""
    call_command("migrate", "django_plugin_system", database=empty, verbosity=0)
    declare_sender()

    sync(using=other)

    assert items(other).filter(name="mail").exists()
    assert not items(empty).filter(name="mail").exists()


def test_the_database_of_the_router(other, settings):
    """Without a name it is the one that the models are written to."""
    settings.DATABASE_ROUTERS = [Apart()]
    declare_sender()

    sync()

    assert items(other).filter(name="mail").exists()


@pytest.mark.parametrize(
    ("router", "allowed"), [(Apart, "'other'"), (Nowhere, "none")], ids=str
)
def test_a_database_without_plugins(other, settings, router, allowed):
    """Where a router keeps the tables out, the error tells where it lets them in."""
    settings.DATABASE_ROUTERS = [router()]

    with pytest.raises(SyncError) as excinfo:
        sync(using="default")

    assert str(excinfo.value) == (
        "A database router keeps the tables of plugins out of 'default'. "
        f"It lets them into: {allowed}."
    )


def test_freshness_of_another_database(other):
    """A process answers from the router's database, so of this one it says less."""
    printed = StringIO()

    call_command(
        "plugins", "freshness", "--format=json", database=other, stdout=printed
    )

    token = Generation.objects.using(other).get().token
    assert json.loads(printed.getvalue()) == {
        "database": other,
        "generation": str(token),
        "process": None,
        "types": None,
        "items": None,
    }


def test_an_unknown_database():
    """Django's own error says it."""
    with pytest.raises(ConnectionDoesNotExist) as excinfo:
        sync(using="nope")

    assert str(excinfo.value) == "The connection 'nope' doesn't exist."


def test_tables_missing(empty):
    """The error says what makes them."""
    with pytest.raises(SyncError) as excinfo:
        sync(using=empty)

    assert str(excinfo.value) == (
        "Database 'empty' has no tables for plugins yet. "
        "Run 'manage.py migrate --database empty' first."
    )


# After migrate


def after_migrate(using: str) -> None:
    config = apps.get_app_config("django_plugin_system")
    sync_after_migrate(sender=config, using=using, plan=[])


def test_migrate_only_creates(other):
    """post_migrate neither updates nor deletes."""
    declare_sender()
    items(other).filter(name="voice").update(priority=99)
    add_row(other, "apps.gone")

    after_migrate(other)

    names = items(other).order_by("name").values_list("name", "priority")
    assert list(names) == [
        ("kavenegar", 20),
        ("mail", 0),
        ("old", 0),
        ("sms_ir", 10),
        ("voice", 99),
    ]


def test_migrate_syncs_the_database_that_it_migrates(other, empty):
    """The signal of a migration says which one that is."""
    declare_sender()

    call_command("migrate", "django_plugin_system", database=empty, verbosity=0)

    assert items(empty).filter(name="mail").exists()
    assert not items(other).filter(name="mail").exists()


def test_migrate_where_no_tables_are(empty):
    """post_migrate is silent, as after a migration to zero."""
    after_migrate(empty)

    assert connections[empty].introspection.table_names() == []


def test_migrate_where_no_plugins_belong(other, empty, settings):
    """post_migrate does nothing in a database that a router keeps free of them."""
    call_command("migrate", "django_plugin_system", database=empty, verbosity=0)
    settings.DATABASE_ROUTERS = [Apart()]
    declare_sender()

    after_migrate(empty)

    assert not items(empty).filter(name="mail").exists()


def test_flush_brings_rows_back(transactional_db):
    """What TransactionTestCase deletes at its end, post_migrate makes anew."""

    class Case(TransactionTestCase):
        def runTest(self) -> None:
            PluginType.objects.all().delete()

    result = unittest.TestResult()
    unittest.TestSuite([Case()]).run(result)

    assert result.wasSuccessful()
    assert set(PluginItem.objects.values_list("name", flat=True)) == {
        "kavenegar",
        "sms_ir",
        "voice",
    }


# Transactions


def test_outer_transaction(other):
    """A sync is part of the transaction around it."""
    declare_sender()

    with transaction.atomic(using=other):
        report = sync(using=other)
        transaction.set_rollback(True, using=other)

    assert report == SyncReport(created_types=[SENDER], created_items=[MAIL])
    assert not items(other).filter(name="mail").exists()


def test_failure_in_an_outer_transaction(other):
    """It leaves no trace there, and the transaction goes on."""
    refuse(other, "INSERT", PluginType)
    declare_sender()

    with transaction.atomic(using=other):
        items(other).filter(name="voice").update(status="disable")
        with pytest.raises(SyncError):
            sync(using=other)

    assert items(other).get(name="voice").status == "disable"
    assert not types(other).filter(name="sender").exists()


# Refusals and interference. A trigger stands for whatever else writes these tables.


def refuse(
    using: str, event: str, model: type[Model], how: str = "ABORT, 'not today'"
) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE {event} ON {model._meta.db_table} "
            f"BEGIN SELECT RAISE({how}); END"
        )


@contextmanager
def interfering(
    using: str, start: str, action: Callable[[], object], *, after: bool = False
) -> Iterator[None]:
    """Do something, once, when a statement comes up that begins so."""
    waiting = [action]

    def execute(call: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        act = waiting.pop if waiting and sql.startswith(start) else None
        if act and not after:
            act()()
        result = call(sql, params, many, context)
        if act and after:
            act()()
        return result

    with connections[using].execute_wrapper(execute):
        yield


def test_read_only(other, tmp_path):
    """A sync with nothing to do works; any other is refused with one sentence."""
    uri = f"file:{tmp_path / 'other.sqlite3'}?mode=ro"
    with database_alias("reader", uri, uri=True) as reader:
        assert sync(using=reader, mode="update", prune=True) == SyncReport()

        declare_sender()
        with pytest.raises(SyncError) as excinfo:
            sync(using=reader)

    assert str(excinfo.value) == (
        "Nothing was changed in database 'reader': "
        "attempt to write a readonly database."
    )


def test_read_only_after_a_change_by_sql(other, tmp_path, caplog):
    """There is nothing to write but the generation; that it can't be is logged."""
    with connections[other].cursor() as cursor:
        cursor.execute("UPDATE django_plugin_system_pluginitem SET status = 'disable'")
    uri = f"file:{tmp_path / 'other.sqlite3'}?mode=ro"

    with database_alias("reader", uri, uri=True) as reader:
        report = sync(using=reader)

    assert report == SyncReport()
    assert caplog.messages == [
        "No generation can be started in database 'reader': "
        "attempt to write a readonly database."
    ]


def test_nothing_is_half_written(other):
    """What is refused last takes back what was written first."""
    refuse(other, "DELETE", PluginItem)
    add_row(other, "apps.gone")
    declare_sender()

    with pytest.raises(SyncError) as excinfo:
        sync(using=other, prune=True)

    assert str(excinfo.value) == "Nothing was changed in database 'other': not today."
    assert not types(other).filter(name="sender").exists()


def test_rows_that_another_writer_has_made(other):
    """Writers that know of no generation are in nobody's queue; the sync is repeated.

    The plan under the lock is to insert an item. Something else inserts the same, so
    the insert fails. The next attempt does not.
    """
    declare_sender()
    sync(using=other)
    row = items(other).get(name="mail")
    row.delete()
    twin = PluginItem(name=row.name, module=row.module, plugin_type=row.plugin_type)
    insert = 'INSERT INTO "django_plugin_system_pluginitem"'

    with interfering(other, insert, lambda: items(other).bulk_create([twin])):
        report = sync(using=other)

    assert report.created_items == [MAIL]


def test_rows_that_cannot_be_written(other):
    """After some attempts the database's own words are passed on."""
    refuse(other, "INSERT", PluginItem)
    declare_sender()

    with (
        CaptureQueriesContext(connections[other]) as queries,
        pytest.raises(SyncError) as excinfo,
    ):
        sync(using=other)

    assert str(excinfo.value) == "Nothing was changed in database 'other': not today."
    assert [query["sql"] for query in queries].count("BEGIN") == sync_package.ATTEMPTS


def test_rows_made_after_the_plan(other, tmp_path):
    """Rows that come between plan and write are kept, and are not this process's.

    The plan is to insert a type and its item. Another connection inserts the same and
    commits. Then the first one writes.
    """
    declare_sender()
    with (
        database_alias("faster", str(tmp_path / "other.sqlite3")) as faster,
        interfering(other, "UPDATE", lambda: sync(using=faster)),
    ):
        report = sync(using=other)

    assert report == SyncReport()
    assert items(other).filter(name="mail").count() == 1


def test_rows_deleted_after_the_plan(other, tmp_path):
    """Rows that go between plan and write are made again.

    The plan is to update all items. Another connection deletes their type, commits.
    Then the first one writes.
    """
    items(other).update(priority=99)
    raw = sqlite3.connect(tmp_path / "other.sqlite3")

    def delete() -> None:
        with raw:
            raw.execute("DELETE FROM django_plugin_system_pluginitem")
            raw.execute("DELETE FROM django_plugin_system_plugintype")

    with interfering(other, "UPDATE", delete):
        report = sync(using=other, mode="update")
    raw.close()

    assert report == SyncReport(created_types=[OTP], created_items=OTP_ITEMS)


def test_operator_after_the_plan(other, tmp_path):
    """What an operator writes between plan and write stays."""
    declare_sender()
    edit = "UPDATE django_plugin_system_pluginitem SET status = 'disable'"
    raw = sqlite3.connect(tmp_path / "other.sqlite3", isolation_level=None)

    with interfering(other, "UPDATE", lambda: raw.execute(edit)):
        sync(using=other, mode="update")
    raw.close()

    statuses = items(other).order_by("name").values_list("name", "status")
    assert dict(statuses) == {
        "kavenegar": "disable",
        "mail": "active",
        "sms_ir": "disable",
        "voice": "disable",
    }
