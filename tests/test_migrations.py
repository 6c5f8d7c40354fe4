"""Tables: how they come, go, and are taken over from release 1.x."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from django_plugin_system.checks import check_adopted
from django_plugin_system.models import PluginItem, PluginType

INITIAL = ("django_plugin_system", "0001_initial")


def run(command: str, *arguments: str, using: str) -> str:
    """Run a command on a database and return what it prints."""
    printed = StringIO()
    call_command(command, *arguments, database=using, stdout=printed)
    return printed.getvalue()


def migrate(using: str, *arguments: str) -> str:
    return run("migrate", "django_plugin_system", *arguments, using=using)


def tables(using: str) -> set[str]:
    names = connections[using].introspection.table_names()
    return {name for name in names if name.startswith("django_plugin_system")}


def make_tables_as_1x_did(using: str) -> None:
    """Make them without a record of a migration."""
    migrate(using)
    migrate(using, "0001")
    MigrationRecorder(connections[using]).record_unapplied(*INITIAL)


def test_models_and_migrations_agree(db):
    """There is nothing to make a migration of."""
    printed = StringIO()

    call_command("makemigrations", check_changes=True, stdout=printed)

    assert printed.getvalue() == "No changes detected\n"


def test_names_are_those_of_1x(empty):
    """Indexes and constraints have the names that release 1.1.0 gave them."""
    migrate(empty)

    connection = connections[empty]
    names: set[str] = set()
    with connection.cursor() as cursor:
        for model in (PluginType, PluginItem):
            names |= connection.introspection.get_constraints(
                cursor, model._meta.db_table
            ).keys()

    # Primary and foreign keys are nameless on SQLite.
    assert names - {"__primary__", "fk_0"} == {
        "django_plug_manager_593144_idx",
        "django_plug_module_1bcece_idx",
        "django_plug_name_73298a_idx",
        "django_plug_plugin__1c995d_idx",
        "django_plugin_system_pluginitem_name_6627f07a",
        "django_plugin_system_pluginitem_plugin_type_id_b3582bee",
        "django_plugin_system_pluginitem_status_04a0937f",
        "django_plugin_system_plugintype_name_e60a9265",
        "uniq_plugin_item_name_module_type",
        "uniq_plugin_type_name_manager",
    }


def test_to_zero_and_back(empty):
    """Tables and rows go and come without a complaint of post_migrate."""
    migrate(empty)

    printed = migrate(empty, "zero")

    assert printed.endswith("Unapplying django_plugin_system.0001_initial... OK\n")
    assert tables(empty) == set()

    migrate(empty)

    assert PluginItem.objects.using(empty).count() == 3


def test_fake_initial(empty):
    """Tables of release 1.x are adopted, and their rows stay."""
    migrate(empty)
    PluginItem.objects.using(empty).update(status="disable", priority=42)
    make_tables_as_1x_did(empty)
    before = list(PluginItem.objects.using(empty).order_by("pk").values())

    printed = migrate(empty, "--fake-initial")

    assert "Applying django_plugin_system.0001_initial... FAKED\n" in printed
    assert list(PluginItem.objects.using(empty).order_by("pk").values()) == before


def shown(using: str) -> list[str]:
    return [str(message.msg) for message in check_adopted(databases=[using])]


def test_w005_tables_of_1x(empty):
    """They are a Warning until they are adopted."""
    without = shown(empty)
    make_tables_as_1x_did(empty)
    found = shown(empty)
    run("pluginadopt", using=empty)

    assert found == [
        "The plugin tables in database 'empty' were made by release 1.x, or else "
        "without migrations."
    ]
    assert without == shown(empty) == []


def test_w005_where_migrations_are_elsewhere(empty, settings):
    """A project that keeps the migrations itself, or has none, is left alone."""
    make_tables_as_1x_did(empty)
    settings.MIGRATION_MODULES = {"django_plugin_system": None}

    assert shown(empty) == []


def test_pluginadopt(empty):
    """It puts the first migration on record, once."""
    make_tables_as_1x_did(empty)

    first = run("pluginadopt", using=empty)
    second = run("pluginadopt", using=empty)

    assert first == "The tables in database 'empty' are adopted now.\n"
    assert second == "The tables in database 'empty' are adopted already.\n"
    assert "Applying django_plugin_system.0001_initial" not in migrate(empty)


def test_pluginadopt_without_tables(empty):
    """Where there is nothing to adopt, it says what makes tables."""
    with pytest.raises(CommandError) as excinfo:
        run("pluginadopt", using=empty)

    assert str(excinfo.value) == (
        "Database 'empty' has no tables for plugins to adopt. "
        "Run 'manage.py migrate --database empty'; it makes them."
    )


def test_pluginadopt_in_the_default_database(db):
    """Without a name it is the one that the models are written to."""
    printed = StringIO()

    call_command("pluginadopt", stdout=printed)

    assert printed.getvalue() == (
        "The tables in database 'default' are adopted already.\n"
    )
