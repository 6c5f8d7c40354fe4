"""Seed, "Core Concepts": an interface, a plugin type, plugin items."""

from __future__ import annotations

from .sites import Site


def test_a_plugin_type_is_registered_in_ready(site: Site) -> None:
    """The printed OtpConfig makes a type of the app's own name."""
    types = site.types("name, manager, description")

    assert types == [
        ("notifier", "apps.notifications", "Notification channels for users"),
        ("otp", "apps.otp", "One-time password (OTP) delivery channel"),
    ]


def test_plugin_items_are_registered_in_a_plugins_module(site: Site) -> None:
    """The printed plugins module needs no one who imports it."""
    items = site.items("name, module, status, priority, description")

    assert items[-1] == (
        "sms_ir",
        "apps.otp_sms",
        "active",
        10,
        "Send OTP using Sms.ir provider",
    )


def test_a_lower_number_means_a_higher_priority(site: Site) -> None:
    """Of several items of a type the one with the lowest number answers."""
    printed = site.run("""
        from django_plugin_system.models import PluginType

        notifier = PluginType.objects.get(name="notifier")
        print([(item.name, item.priority) for item in notifier.get_active_plugins()])
        print(notifier.get_single_plugin().name)
    """)

    assert printed == ["[('email', 5), ('sms', 10), ('push', 20)]", "email"]


def test_description_and_priority_may_be_left_out(site: Site) -> None:
    """A type has no description then, an item none either and priority 0."""
    printed = site.run("""
        from apps.otp.interfaces import AbstractOTP
        from apps.otp_sms.plugins import SmsIrOTP
        from django.core.management import call_command
        from django_plugin_system.models import PluginItem
        from django_plugin_system.register import (
            register_plugin_item,
            register_plugin_type,
        )

        register_plugin_type(
            {"name": "bare", "manager": "apps.otp", "interface": AbstractOTP}
        )
        register_plugin_item({
            "name": "bare_item",
            "module": "apps.otp_sms",
            "type_name": "bare",
            "manager_name": "apps.otp",
            "plugin_class": SmsIrOTP,
        })
        call_command("pluginsync", verbosity=0)
        item = PluginItem.objects.get(name="bare_item")
        print(item.priority, item.status, item.plugin_type.name)
        print(item.description or "-", item.plugin_type.description or "-")
    """)

    assert printed == ["0 active bare", "- -"]
