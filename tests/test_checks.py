"""What manage.py check says; the ids are listed in docs/checks.md."""

from __future__ import annotations

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import models
from django.test.utils import isolate_apps

from django_plugin_system import checks
from django_plugin_system.checks import (
    check_active_items_load,
    check_adopted,
    check_broken,
    check_managers,
    check_owners,
    check_rejected,
    check_rows_in_step,
    check_setting,
    check_tables,
    check_types_have_active_item,
    check_unresolved_items,
)
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.registry import Registry
from tests.declared import Mail, Unrelated, item_dict, type_dict


def shown(messages: list[CheckMessage]) -> list[tuple[str | None, str, str | None]]:
    return [(message.id, message.msg, message.hint) for message in messages]


def test_all_is_well(db):
    """A project in order hears nothing."""
    ours = [
        message
        for message in run_checks(databases=["default"])
        if str(message.id).startswith("django_plugin_system")
    ]

    assert ours == []


def test_e001_setting(settings):
    """Each mistake in PLUGIN_SYSTEM is an Error."""
    settings.PLUGIN_SYSTEM = {"ENTRYPOINTS": True}

    assert shown(run_checks()) == [
        (
            "django_plugin_system.E001",
            "PLUGIN_SYSTEM has an unknown key 'ENTRYPOINTS'. "
            "Did you mean 'ENTRY_POINTS'?",
            "Correct the setting; the keys are listed in the documentation.",
        )
    ]
    settings.PLUGIN_SYSTEM = {}
    assert check_setting() == []


@pytest.mark.parametrize(
    ("type_name", "hint"),
    [
        ("sendr", "Did you mean tests.apps.otp:sender?"),
        (
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            "Register the type, and see that the app which does is installed.",
        ),
    ],
)
def test_e002_unresolved_item(type_name, hint):
    """An item whose type nobody registers is an Error, with the closest type."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(type_name=type_name))

    assert shown(check_unresolved_items()) == [
        (
            "django_plugin_system.E002",
            f"Plugin item tests.apps.otp_sms:mail for tests.apps.otp:{type_name} is "
            f"registered, but its plugin type tests.apps.otp:{type_name} is not.",
            hint,
        )
    ]


def test_e003_rejected_declaration():
    """An early item that does not fit its type is an Error."""
    register_plugin_item(item_dict(plugin_class=Unrelated))
    register_plugin_type(type_dict())

    assert shown(check_rejected()) == [
        (
            "django_plugin_system.E003",
            "Plugin item tests.apps.otp_sms:mail for tests.apps.otp:sender was "
            "rejected: Plugin item 'mail': tests.declared.Unrelated is not a subclass "
            "of tests.declared.Sender, the interface of plugin type 'sender'. "
            "Derive it from Sender, or name another type.",
            "Correct the declaration.",
        )
    ]


def test_w004_broken_source(registry: Registry):
    """What could not be imported is a Warning: the site goes on without it."""
    registry.record_broken("acme.plugins", ImportError("No module named 'sdk'"))

    assert shown(check_broken()) == [
        (
            "django_plugin_system.W004",
            "acme.plugins could not be loaded: ImportError: No module named 'sdk'",
            "Mend it; until then its plugins are missing and their rows orphans.",
        )
    ]


@pytest.mark.usefixtures("subclasses")
def test_w006_unwatched_manager(monkeypatch):
    """A manager of the project's own goes past the generation, unless it is derived."""
    watched = type(PluginItem.objects.all())
    with isolate_apps("tests.apps.otp") as isolated:

        class LoudItem(PluginItem):
            objects = models.Manager()
            derived = watched.as_manager()

            class Meta:
                app_label = "otp"
                proxy = True

        monkeypatch.setattr(checks, "apps", isolated)
        messages = check_managers()

    assert shown(messages) == [
        (
            "django_plugin_system.W006",
            "The manager 'objects' of otp.LoudItem is none of those that start a "
            "generation, so what it writes is seen late.",
            "Make its queryset from type(PluginItem.objects.all()).",
        )
    ]


OWNERS = [
    pytest.param(
        item_dict(module="tests.apps.otp_smss"),
        "Plugin item tests.apps.otp_smss:mail for tests.apps.otp:sender has the module "
        "'tests.apps.otp_smss', which is neither an installed app, nor inside of one.",
        "Did you mean 'tests.apps.otp_sms'?",
        id="near",
    ),
    pytest.param(
        item_dict(module="zzz"),
        "Plugin item zzz:mail for tests.apps.otp:sender has the module 'zzz', which is "
        "neither an installed app, nor inside of one.",
        "tests.declared.Mail belongs to 'tests'.",
        id="far",
    ),
]


@pytest.mark.parametrize(("item", "message", "hint"), OWNERS)
def test_e005_module_that_is_no_app(item, message, hint):
    """A slip in an item's module is an Error."""
    register_plugin_type(type_dict())
    register_plugin_item(item)

    assert shown(check_owners()) == [("django_plugin_system.E005", message, hint)]


def test_e005_manager_that_is_no_app():
    """So is one in a type's manager, whose items are not to blame."""
    register_plugin_type(type_dict(manager="tests.apps.otpp"))
    register_plugin_item(item_dict(manager_name="tests.apps.otpp"))

    assert shown(check_owners()) == [
        (
            "django_plugin_system.E005",
            "Plugin type tests.apps.otpp:sender has the manager 'tests.apps.otpp', "
            "which is neither an installed app, nor inside of one.",
            "Did you mean 'tests.apps.otp'?",
        )
    ]


@pytest.mark.parametrize(
    "module",
    [
        pytest.param("tests.apps.otp_sms", id="app"),
        pytest.param("tests.apps.otp_sms.channels", id="inside"),
        pytest.param("tests", id="package-of-the-class"),
        pytest.param("tests.declared", id="module-of-the-class"),
        pytest.param("acme_sms", id="entry-point"),
        pytest.param("acme_sms.plugins", id="inside-entry-point"),
    ],
)
def test_e005_what_is_part_of_the_project(registry: Registry, module):
    """What is, or is inside of, an app, an entry point or the class's own package."""
    registry.add_provider("acme_sms")
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(module=module))

    assert check_owners() == []


def test_w008_no_tables(empty):
    """A database that was not migrated yet is told of."""
    assert shown(check_tables(databases=[empty])) == [
        (
            "django_plugin_system.W008",
            "Database 'empty' has no tables for plugins yet, or not all of them.",
            "'manage.py migrate --database empty' makes them.",
        )
    ]


def test_w008_tables_that_are_there(db):
    """With all of them, nothing is to be said."""
    assert check_tables(databases=["default"]) == []


def test_w001_rows_out_of_step(db):
    """Registered without a row, and rows of apps that are gone."""
    register_plugin_type(type_dict())
    for number in range(6):
        register_plugin_item(item_dict(name=f"mail{number}"))
    PluginType.objects.create(name="old", manager="gone.app")

    assert shown(check_rows_in_step(databases=["default"])) == [
        (
            "django_plugin_system.W001",
            "Registered, but without a row in database 'default': "
            "tests.apps.otp:sender, "
            + ", ".join(
                f"tests.apps.otp_sms:mail{number} for tests.apps.otp:sender"
                for number in range(4)
            )
            + " and 2 more.",
            "Run 'manage.py migrate' or 'manage.py pluginsync'.",
        ),
        (
            "django_plugin_system.W001",
            "Rows in database 'default' whose app is not installed: gone.app:old.",
            "Run 'manage.py pluginsync' to delete them, or install it.",
        ),
    ]


def test_w002_active_orphan(db):
    """An active row without code is a Warning; a disabled one is not."""
    otp = PluginType.objects.get(name="otp")
    for status in ("active", "disable"):
        PluginItem.objects.create(
            plugin_type=otp, name=status, module="tests.apps.otp_sms", status=status
        )

    assert shown(check_active_items_load(databases=["default"])) == [
        (
            "django_plugin_system.W002",
            "Plugin item tests.apps.otp_sms:active for tests.apps.otp:otp is active in "
            "database 'default', but its class does not load: no code is registered "
            "for it.",
            "Bring its code back, or disable the item in the admin.",
        )
    ]


def test_w003_no_active_item(db):
    """The message says what answers instead."""
    PluginItem.objects.update(status="disable")
    nothing = shown(check_types_have_active_item(databases=["default"]))
    PluginItem.objects.filter(name="sms_ir").update(status="reserve")
    reserve = shown(check_types_have_active_item(databases=["default"]))

    start = "Plugin type tests.apps.otp:otp has no active item in database 'default'; "
    hint = "Activate an item of it in the admin."
    assert nothing == [("django_plugin_system.W003", f"{start}nothing answers.", hint)]
    assert reserve == [
        (
            "django_plugin_system.W003",
            f"{start}tests.apps.otp_sms:sms_ir answers from reserve.",
            hint,
        )
    ]


def test_w003_leaves_unregistered_types_alone(db):
    """A type without code has nothing to activate."""
    PluginType.objects.create(name="old", manager="tests.apps.otp")

    assert check_types_have_active_item(databases=["default"]) == []


DATABASE_CHECKS = [
    check_tables,
    check_rows_in_step,
    check_active_items_load,
    check_types_have_active_item,
    check_adopted,
]


@pytest.mark.parametrize("check", DATABASE_CHECKS)
def test_no_query_without_a_database(check):
    """manage.py check without --database reads no rows: this test may not."""
    assert check(databases=None) == []


class NoPluginsHere:
    """A router that keeps plugin tables out of every database."""

    def allow_migrate(self, db, app_label, **hints):
        return app_label != "django_plugin_system"


@pytest.mark.parametrize("check", DATABASE_CHECKS)
def test_databases_without_plugin_tables(check, db, settings):
    """A database that the router keeps them out of is not looked at."""
    PluginItem.objects.update(status="disable")
    PluginType.objects.create(name="old", manager="gone.app")
    settings.DATABASE_ROUTERS = [NoPluginsHere()]

    assert check(databases=["default"]) == []


def test_constant_queries(db, django_assert_num_queries):
    """However many items there are, the database checks cost the same."""
    otp = PluginType.objects.get(name="otp")
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=otp, name=f"n{number}", module="tests.apps.otp")
        for number in range(50)
    )

    with django_assert_num_queries(13):
        for check in DATABASE_CHECKS:
            check(databases=["default"])


def test_item_of_a_plain_mail_class_is_fine(registry: Registry):
    """A resolved item raises no message."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(plugin_class=Mail))

    assert check_unresolved_items() + check_rejected() == []
