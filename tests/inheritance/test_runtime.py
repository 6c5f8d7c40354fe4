"""Plugin types and items of an app that has been extended."""

from __future__ import annotations

from .projects import Project

OTP = {
    "apps/otp/interfaces.py": """
        from abc import ABC, abstractmethod

        class AbstractOTP(ABC):
            @abstractmethod
            def send_otp(self, number, code): ...
    """,
    "apps/otp/apps.py": """
        from django_plugin_system.inheritance import PluginConfig
        from django_plugin_system.register import (
            register_plugin_item, register_plugin_type
        )
        from .interfaces import AbstractOTP

        class PrintedOTP(AbstractOTP):
            def send_otp(self, number, code):
                print(number, code)

        class OtpConfig(PluginConfig):
            name = "apps.otp"

            def ready(self):
                register_plugin_type({
                    "name": "otp",
                    "manager": self.name,
                    "interface": AbstractOTP,
                })
                register_plugin_item({
                    "name": "printed",
                    "module": self.name,
                    "type_name": "otp",
                    "manager_name": self.name,
                    "plugin_class": PrintedOTP,
                    "priority": 5,
                })
    """,
    "apps/otp/plugins.py": """
        from django_plugin_system import plugin
        from .interfaces import AbstractOTP

        @plugin(AbstractOTP, "mail", priority=1)
        class MailOTP(AbstractOTP):
            def send_otp(self, number, code): ...
    """,
    "apps/otp_sms/plugins.py": """
        from apps.otp.interfaces import AbstractOTP
        from django_plugin_system.register import register_plugin_item

        class SmsOTP(AbstractOTP):
            def send_otp(self, number, code): ...

        register_plugin_item({
            "name": "sms",
            "module": "apps.otp_sms",
            "type_name": "otp",
            "manager_name": "apps.otp",
            "plugin_class": SmsOTP,
            "priority": 9,
        })
    """,
    "shop/otp/apps.py": """
        from apps.otp.apps import OtpConfig

        class ShopConfig(OtpConfig):
            name = "shop.otp"
    """,
}
OWN_PLUGINS = {
    "shop/otp/plugins.py": """
        from apps.otp.interfaces import AbstractOTP
        from apps.otp.plugins import *
        from django_plugin_system import plugin

        @plugin(AbstractOTP, "pigeon", priority=3)
        class PigeonOTP(AbstractOTP):
            def send_otp(self, number, code): ...
    """
}
ASK = """
    from django_plugin_system import get_plugin, get_plugin_class, explain
    from apps.otp.interfaces import AbstractOTP
    tell([
        get_plugin_class("otp", "apps.otp").__name__,
        get_plugin_class("otp", "shop.otp").__name__,
        type(get_plugin(AbstractOTP)).__name__,
        [reason.item.name for reason in explain("otp", "shop.otp").candidates],
    ])
"""
ITEMS = "name, module, status"


def sites(project: Project) -> tuple[Project, Project]:
    """Return a site with the parent, and one with the child, on one database."""
    project.write(OTP)
    runtime = ("django_plugin_system", "apps.otp_sms")
    return project.install(*runtime, "apps.otp"), project.install(*runtime, "shop.otp")


def test_rows_stay_when_an_app_is_extended(project: Project):
    """Ids and what operators have decided, whichever is installed."""
    parent, child = sites(project)
    parent.manage("migrate", "--verbosity=0")
    parent.set_items("status = 'disable'", "mail")
    types, items = parent.types("id, name, manager"), parent.items("id, " + ITEMS)

    child.manage("migrate", "--verbosity=0")
    child.manage("pluginsync", "--mode", "update")

    assert child.types("id, name, manager") == types
    assert child.items("id, " + ITEMS) == items
    assert [row[1:] for row in items] == [
        ("mail", "apps.otp", "disable"),
        ("printed", "apps.otp", "active"),
        ("sms", "apps.otp_sms", "active"),
    ]


def test_both_names_answer(project: Project):
    """The type answers by the name of the parent and by that of the child."""
    _, child = sites(project)
    child.manage("migrate", "--verbosity=0")

    told = child.ask(ASK)

    assert told == ["MailOTP"] * 3 + [["mail", "printed", "sms"]]


def test_items_of_the_child(project: Project):
    """What the child itself declares is its own, and goes when it does."""
    parent, child = sites(project)
    project.write(OWN_PLUGINS)
    child.manage("migrate", "--verbosity=0")
    with_child = child.items(ITEMS)
    child.set_items("status = 'disable'", "mail", "printed")

    told = child.ask(ASK)
    pruned = parent.manage("pluginsync")

    assert ("pigeon", "shop.otp", "active") in with_child
    assert told[:3] == ["PigeonOTP"] * 3
    assert "pigeon" in pruned
    assert ("printed", "apps.otp", "disable") in parent.items(ITEMS)
    assert "pigeon" not in {name for name, *_ in parent.items(ITEMS)}


def test_a_type_goes_by_either_app(project: Project):
    """In a command its manager may be called by the child's name, too."""
    _, child = sites(project)
    child.manage("migrate", "--verbosity=0")

    by_parent = child.manage("plugins", "list", "apps.otp:otp")
    by_child = child.manage("plugins", "list", "shop.otp:otp")
    told = child.manage("plugins", "disable", "mail", "for", "shop.otp:otp")

    assert by_child == by_parent
    assert by_parent.startswith("apps.otp:otp: apps.otp:mail answers\n")
    assert told.startswith("apps.otp:mail for apps.otp:otp is disabled now; ")
