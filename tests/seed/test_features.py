"""Seed, "Features": a test for each bullet, named after it."""

from __future__ import annotations

from .conftest import SiteMaker
from .sites import Site

NOTIFIER_NOW = """
from django_plugin_system.helpers import get_plugin_instance
print(type(get_plugin_instance("notifier", "apps.notifications")).__name__)
"""


def test_feature_simple_interface_first_design(make_site: SiteMaker) -> None:
    """An abstract class, a type, an implementation: no base class, no setting."""
    site = make_site(
        ["greetings"],
        {
            "greetings/plugins.py": """
                from abc import ABC, abstractmethod
                from django_plugin_system.register import (
                    register_plugin_item,
                    register_plugin_type,
                )

                class Greeter(ABC):
                    @abstractmethod
                    def greet(self, name): ...

                class Polite(Greeter):
                    def greet(self, name):
                        return f"How do you do, {name}?"

                register_plugin_type({
                    "name": "greeter",
                    "manager": "greetings",
                    "interface": Greeter,
                    "description": "Says hello",
                })
                register_plugin_item({
                    "name": "polite",
                    "module": "greetings",
                    "type_name": "greeter",
                    "manager_name": "greetings",
                    "plugin_class": Polite,
                    "priority": 1,
                    "description": "To strangers",
                })
            """
        },
    )

    site.manage("pluginsync")

    assert site.run("""
        from django_plugin_system.helpers import get_plugin_instance

        print(get_plugin_instance("greeter", "greetings").greet("Ada"))
    """) == ["How do you do, Ada?"]


def test_feature_registry_to_db_sync(site: Site) -> None:
    """Both the command and the post_migrate signal make what is registered rows."""
    rows = site.items(), site.types()
    for ways in (["pluginsync"], ["migrate"]):
        site.sql("DELETE FROM django_plugin_system_pluginitem")
        site.sql("DELETE FROM django_plugin_system_plugintype")

        site.manage(*ways)

        assert (site.items(), site.types()) == rows


def test_feature_admin_ux(site: Site) -> None:
    """Items are searched, filtered, switched in bulk and nudged."""
    printed = site.run("""
        from operators import ITEMS, TYPES, Operator

        operator = Operator()

        def found(path):
            print([row["name"] for row in operator.rows(path)])

        found(f"{ITEMS}?q=push")
        found(f"{ITEMS}?q=via+Email")
        found(f"{ITEMS}?q=otp")
        found(f"{TYPES}?q=channel")
        found(f"{TYPES}?manager=apps.otp")
        operator.press("DISABLED", "email", "push")
        found(f"{ITEMS}?status__exact=disable")
        found(f"{ITEMS}?status__exact=active")
        operator.press("ACTIVE", "push")
        operator.press("Increase priority", "push")
    """)

    assert printed == [
        "['push']",
        "['email']",
        "['sms_ir']",
        "['notifier', 'otp']",
        "['otp']",
        "['email', 'push']",
        "['sms', 'sms_ir']",
    ]
    assert site.items()[:2] == [("email", "disable", 5), ("push", "active", 19)]


def test_feature_deterministic_selection(site: Site) -> None:
    """One plugin, the same each time and everywhere, even where priorities tie."""
    site.set_items("priority = 7")

    answers = [site.run(NOTIFIER_NOW * 3) for _ in range(2)]

    assert answers == [["EmailNotifier"] * 3] * 2


def test_feature_safe_defaults(site: Site) -> None:
    """Neither sync touches a field of a row that is there."""
    site.set_items("status = 'reserve', priority = -3, description = 'Mine'")
    site.sql("UPDATE django_plugin_system_plugintype SET description = 'Mine'")
    before = site.items("*"), site.types("*")

    site.manage("pluginsync")
    site.manage("migrate")

    assert (site.items("*"), site.types("*")) == before


def test_feature_uniqueness_guarantees(site: Site) -> None:
    """The constraints are in the database, named as what they hold."""
    constraints = site.sql(
        "SELECT name, sql LIKE '%uniq_plugin_type_name_manager%', "
        "sql LIKE '%uniq_plugin_item_name_module_type%' FROM sqlite_master "
        "WHERE type = 'table' AND name LIKE 'django_plugin_system_plugin%' "
        "ORDER BY name"
    )

    assert constraints == [
        ("django_plugin_system_pluginitem", 0, 1),
        ("django_plugin_system_plugintype", 1, 0),
    ]
