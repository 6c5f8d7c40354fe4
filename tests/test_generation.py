"""Every write that selection sees a difference of starts a new generation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.management import call_command
from django.core.serializers.base import DeserializedObject
from django.db import (
    IntegrityError,
    InterfaceError,
    connection,
    connections,
    models,
    transaction,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext, isolate_apps

from django_plugin_system import lock_plugins
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.models.generation import find_stamp
from django_plugin_system.own_writes import own_writes
from django_plugin_system.register import register_plugin_item
from django_plugin_system.sync import sync
from tests.declared import item_dict

pytestmark = pytest.mark.django_db


def otp() -> PluginType:
    return PluginType.objects.get(name="otp")


def voice() -> PluginItem:
    return PluginItem.objects.get(name="voice")


def token():
    stamp = find_stamp("default")
    return stamp and stamp.token


def save(**changes: object) -> None:
    item = voice()
    for name, value in changes.items():
        setattr(item, name, value)
    item.save()


def save_fields(field: str, value: object) -> None:
    item = voice()
    setattr(item, field, value)
    item.save(update_fields=[field])


def bulk_update(field: str, value: object) -> None:
    items = list(PluginItem.objects.all())
    for item in items:
        setattr(item, field, value)
    PluginItem.objects.bulk_update(items, [field])


def new_item(name: str = "new") -> PluginItem:
    return PluginItem(plugin_type=otp(), name=name, module="tests.apps.otp")


def again(**changes: object) -> PluginItem:
    """Return an item under the key of voice, with another id."""
    values = {"plugin_type": otp(), "name": "voice", "module": "tests.apps.otp_voice"}
    return PluginItem(**values | changes)


def upsert(**changes: object) -> None:
    unique = ["name", "module", "plugin_type"]
    has_target = connection.features.supports_update_conflicts_with_target
    PluginItem.objects.bulk_create(
        [again(**changes)],
        update_conflicts=True,
        update_fields=["priority", "description"],
        unique_fields=unique if has_target else None,
    )


def load_fixture(**changes: object) -> None:
    """Save as loaddata does, which never calls save()."""
    item = voice()
    for name, value in changes.items():
        setattr(item, name, value)
    for loaded in serializers.deserialize(
        "json", serializers.serialize("json", [item])
    ):
        loaded.save()


@isolate_apps("tests.apps.otp")
def load_fixture_of_a_proxy() -> None:
    class VoiceItem(PluginItem):
        class Meta:
            app_label = "otp"
            proxy = True

    row = VoiceItem.objects.get(name="voice")
    row.status = "disable"
    DeserializedObject(row).save()


def clone() -> None:
    """Save a copy, in the way that Django's documentation shows."""
    item = voice()
    item.pk = None
    item.name = "copy"
    item._state.adding = True
    item.save()


def migrate_data() -> None:
    """Write as a data migration does, whose models know of no generation."""
    state = MigrationExecutor(connection).loader.project_state()
    model = state.apps.get_model("django_plugin_system", "PluginItem")
    model.objects.filter(name="voice").update(status="disable")
    call_command("migrate", verbosity=0)


def sync_with_one_more() -> None:
    register_plugin_item(
        item_dict(type_name="otp", name="more", plugin_class=voice().load_class())
    )
    sync()


CHANGES = {
    "save": lambda: save(status="disable"),
    "save new": lambda: new_item().save(),
    "save update_fields": lambda: save_fields("priority", 7),
    "save a clone": clone,
    "create": lambda: PluginType.objects.create(name="new", manager="x"),
    "get_or_create": lambda: PluginType.objects.get_or_create(name="n", manager="x"),
    "update_or_create": lambda: PluginItem.objects.update_or_create(
        name="voice", defaults={"priority": 8}
    ),
    "update": lambda: PluginItem.objects.update(status="reserve"),
    "update expression": lambda: PluginItem.objects.update(priority=F("priority") + 1),
    "update by related": lambda: otp().pluginitem_set.update(status="disable"),
    "update distinct": lambda: PluginItem.objects.distinct().update(priority=3),
    "update grouped": lambda: (
        PluginType.objects.annotate(items=Count("pluginitem"))
        .filter(items__gt=1)
        .update(name="pto")
    ),
    "update primary key": lambda: PluginItem.objects.filter(name="voice").update(
        id=uuid4()
    ),
    "update and annotate": lambda: PluginItem.objects.annotate(
        n=F("priority") + 1
    ).update(priority=F("n")),
    "rename type": lambda: PluginType.objects.update(name="pto"),
    "bulk_update": lambda: bulk_update("status", "disable"),
    "bulk_create": lambda: PluginItem.objects.bulk_create([new_item()]),
    "bulk_create ignore": lambda: PluginItem.objects.bulk_create(
        [again(), new_item()], ignore_conflicts=True
    ),
    "bulk_create upsert": lambda: upsert(priority=9),
    "delete": lambda: voice().delete(),
    "delete queryset": lambda: PluginItem.objects.filter(name="voice").delete(),
    "delete cascade": lambda: otp().delete(),
    "delete cascade queryset": lambda: PluginType.objects.all().delete(),
    "related add": lambda: otp().pluginitem_set.add(new_item(), bulk=False),
    "fixture": lambda: load_fixture(status="disable"),
    "fixture of a proxy": load_fixture_of_a_proxy,
    "data migration": migrate_data,
    "sync": sync_with_one_more,
}

NO_CHANGES = {
    "save": lambda: save(),
    "save description": lambda: save(description="new"),
    "save update_fields": lambda: save_fields("description", "new"),
    "update same": lambda: PluginItem.objects.update(status="active"),
    "update distinct": lambda: PluginItem.objects.distinct().update(status="active"),
    "update description": lambda: PluginItem.objects.update(description="new"),
    "update none": lambda: PluginItem.objects.filter(name="x").update(status="active"),
    "bulk_update same": lambda: bulk_update("status", "active"),
    "bulk_update description": lambda: bulk_update("description", "new"),
    "bulk_create none": lambda: PluginItem.objects.bulk_create([]),
    "bulk_create ignore": lambda: PluginItem.objects.bulk_create(
        [again()], ignore_conflicts=True
    ),
    "bulk_create upsert": lambda: upsert(priority=5, description="new"),
    "delete again": lambda: PluginItem(pk=uuid4()).delete(),
    "delete none": lambda: PluginItem.objects.filter(name="x").delete(),
    "get_or_create": lambda: PluginType.objects.get_or_create(
        name="otp", manager="tests.apps.otp"
    ),
    "update_or_create": lambda: PluginItem.objects.update_or_create(
        name="voice", defaults={"description": "new"}
    ),
    "fixture": lambda: load_fixture(),
    "sync": lambda: sync(),
}


@pytest.mark.usefixtures("subclasses")
@pytest.mark.parametrize("write", CHANGES.values(), ids=CHANGES)
def test_changes(write: Callable[[], object]):
    """Whatever way a row is written, the token is another one afterwards."""
    before = token()

    write()

    assert before is not None
    assert token() not in (None, before)


@pytest.mark.parametrize("write", NO_CHANGES.values(), ids=NO_CHANGES)
def test_no_changes(write: Callable[[], object]):
    """A write that selection sees no difference of leaves the token alone."""
    before = token()

    write()

    assert token() == before


def test_a_stale_object_is_compared_with_its_row():
    """An object that was read before another's change changes the row back."""
    stale = voice()
    PluginItem.objects.filter(name="voice").update(status="disable")
    before = token()

    stale.save()

    assert token() != before


def test_a_great_update_is_compared_too():
    """However many rows a write hits, it starts a generation only if one differs."""
    PluginItem.objects.bulk_create(new_item(f"n{number}") for number in range(1001))
    before = token()

    PluginItem.objects.update(status="active")

    assert token() == before


def test_changed_and_changed_back():
    """Neither generation is the one before: others may have seen the rows between."""
    tokens = [token()]

    for status in ("disable", "active"):
        save(status=status)
        tokens.append(token())

    assert len(set(tokens)) == 3


def test_changes_that_cancel_out():
    """Within one transaction they are still two changes."""
    before = token()

    with transaction.atomic():
        save(status="disable")
        save(status="active")

    assert token() != before


def test_a_change_by_sql_is_found_by_the_next_write():
    """Even one that changes nothing itself."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_plugin_system_pluginitem SET status = 'disable'")
    before = token()

    save(description="new")

    assert token() != before


def test_positional_database(other):
    """delete() takes the alias as its first argument; the generation is there too."""
    here, there = token(), find_stamp(other)

    PluginItem.objects.using(other).get(name="voice").delete(other)

    assert token() == here
    assert find_stamp(other) != there


def raise_value_error(**kwargs: object) -> None:
    raise ValueError("of a receiver")


def test_an_error_that_the_transaction_survives():
    """The row goes with its generation: neither stays where the other is undone."""
    before = token()

    post_save.connect(raise_value_error, sender=PluginItem)
    try:
        with transaction.atomic():
            with pytest.raises(ValueError, match="of a receiver"):
                save(status="disable")
            inside = (voice().status, token())
    finally:
        post_save.disconnect(raise_value_error, sender=PluginItem)

    assert inside == ("active", before)
    assert (voice().status, token()) == inside


def test_a_database_error_that_the_transaction_survives():
    """A write that fails leaves the transaction around it usable."""
    before = token()

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            PluginType.objects.create(name="otp", manager="tests.apps.otp")
        PluginItem.objects.filter(name="voice").update(status="disable")

    assert (voice().status, token() != before) == ("disable", True)


def test_rollback():
    """The generation goes with the write that started it."""
    before = token()

    with transaction.atomic():
        save(status="disable")
        inside = token()
        transaction.set_rollback(True)

    assert inside != before
    assert token() == before


def test_the_first_generation():
    """A lost row, as after a flush, is made again by the next change."""
    Generation.objects.all().delete()

    save(status="disable")

    assert token() is not None


def test_sync_makes_the_first_generation():
    """So does a sync that finds nothing else to do: migrate ends with one."""
    Generation.objects.all().delete()

    sync()

    assert token() is not None


def test_a_dry_run_makes_none():
    """Nothing is written by a dry run."""
    Generation.objects.all().delete()

    sync(dry_run=True)

    assert token() is None


@pytest.mark.usefixtures("subclasses")
@isolate_apps("tests.apps.otp")
def test_a_subclass_that_is_deleted_with_another_object(other):
    """A cascade over a foreign key of the subclass goes past delete()."""

    class Owner(models.Model):  # noqa: DJ008  # nobody reads it
        class Meta:
            app_label = "otp"

    class OwnedItem(PluginItem):
        owner = models.ForeignKey(Owner, models.CASCADE)

        class Meta:
            app_label = "otp"

    with connections[other].schema_editor() as editor:
        editor.create_model(Owner)
        editor.create_model(OwnedItem)
    rows = PluginItem.objects.using(other)
    owner = Owner.objects.using(other).create()
    home = PluginType.objects.using(other).get(name="otp")
    OwnedItem.objects.using(other).create(
        plugin_type=home, name="owned", module="x", owner=owner
    )
    before = find_stamp(other)

    owner.delete()

    assert not rows.filter(name="owned").exists()
    assert find_stamp(other) != before


def test_a_transaction_that_is_to_be_rolled_back():
    """A receiver may say so; the write that it is part of ends as without this app."""

    def give_up(**kwargs: object) -> None:
        transaction.set_rollback(True)

    before = token()
    post_save.connect(give_up, sender=PluginItem)
    try:
        with transaction.atomic():
            save(status="disable")
    finally:
        post_save.disconnect(give_up, sender=PluginItem)

    assert (voice().status, token()) == ("active", before)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_closed_in_its_transaction(other):
    """What it has written is lost with it; but no database in memory is closed."""
    seen = []
    for using in ("default", other):
        with suppress(InterfaceError), transaction.atomic(using):
            PluginItem.objects.using(using).update(priority=3)
            connections[using].close()
            seen.append(own_writes.are_open(using))
        seen.append(own_writes.are_open(using))

    in_memory = connections["default"].vendor == "sqlite"
    assert seen == [in_memory, False, False, False]


def test_many_writes_are_held_as_one():
    """A transaction that writes for long gathers nothing with each write."""
    before = own_writes.open

    for number in range(5):
        save(priority=number)

    assert own_writes.open - before <= 1


LOCKING = {
    "update": lambda: PluginItem.objects.update(description="new"),
    "save": lambda: save(description="new"),
    "update_or_create": lambda: PluginItem.objects.update_or_create(
        name="voice", defaults={"description": "new"}
    ),
    "fixture": lambda: load_fixture(description="new"),
    "for update": lambda: PluginItem.objects.select_for_update().get(name="voice"),
    "for update, each": lambda: list(PluginItem.objects.select_for_update().iterator()),
    "for update, at once": lambda: PluginItem.objects.select_for_update(
        nowait=True
    ).get(name="voice"),
    "for update, related": lambda: list(otp().pluginitem_set.select_for_update()),
}


@pytest.mark.parametrize("write", LOCKING.values(), ids=LOCKING)
def test_the_generation_is_locked_before_any_row(write: Callable[[], object]):
    """So two writers can wait for each other only in one order.

    This also holds for rows that are read to be written, whether or not the write is
    one that selection sees.
    """
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        write()
    locks = [
        sql["sql"]
        for sql in queries
        if sql["sql"].startswith("UPDATE") or "FOR UPDATE" in sql["sql"]
    ]

    assert "django_plugin_system_generation" in locks[0]


def test_skip_locked_waits_for_nobody():
    """Nor does it lock the generation, which would be waiting."""
    if not connection.features.has_select_for_update_skip_locked:
        rows = PluginItem.objects.all()
        rows.query.select_for_update = rows.query.select_for_update_skip_locked = True
        rows._lock_generation_first()
        return
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        PluginItem.objects.select_for_update(skip_locked=True).get(name="voice")

    assert not any("generation" in query["sql"] for query in queries)


def test_lock_plugins():
    """For a transaction that locks rows of its own before it writes plugin rows."""
    with CaptureQueriesContext(connection) as queries:
        lock_plugins()

    assert ["generation" in query["sql"] for query in queries] == [True]


@pytest.mark.django_db(transaction=True)
def test_lock_plugins_outside_of_a_transaction():
    """There it would hold nothing, and says so."""
    with pytest.raises(transaction.TransactionManagementError) as excinfo:
        lock_plugins()

    assert str(excinfo.value) == (
        "lock_plugins() holds its lock until the transaction ends, so it has to be "
        "called inside of one. Use 'with transaction.atomic():'."
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.features.has_select_for_update, reason="Django refuses it there"
)
def test_reading_for_update_outside_of_a_transaction(django_assert_num_queries):
    """Where Django allows that, there is nothing to hold a lock for."""
    with django_assert_num_queries(1):
        PluginItem.objects.select_for_update().get(name="voice")


def test_loaddata(tmp_path):
    """The command, too."""
    fixture = tmp_path / "rows.json"
    call_command("dumpdata", "django_plugin_system.pluginitem", output=str(fixture))
    PluginItem.objects.update(status="disable")
    before = token()

    call_command("loaddata", str(fixture), verbosity=0)

    assert token() != before
    assert voice().status == "active"


def test_str():
    """The token is what there is to see."""
    assert str(Generation.objects.get()) == str(token())


def test_rollback_without_autocommit(other):
    """SQLite commits with its outermost savepoint, so a write has none of its own."""
    connections[other].set_autocommit(False)
    rows = PluginItem.objects.using(other)

    rows.filter(name="voice").update(status="disable")
    connections[other].rollback()
    connections[other].set_autocommit(True)

    assert rows.get(name="voice").status == "active"
