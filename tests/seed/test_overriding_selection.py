"""Seed, "Overriding selection"."""

from __future__ import annotations

import pytest

from .sites import Site


@pytest.fixture
def overridden(site: Site) -> Site:
    """The project with one more app, whose start-up runs the printed override."""
    return site.with_settings("INSTALLED_APPS.append('apps.otp_override')")


OTHER_PROVIDERS = """
    from apps.otp.interfaces import AbstractOTP
    from django.core.management import call_command
    from django_plugin_system.helpers import get_plugin_class, get_plugin_instance
    from django_plugin_system.models import PluginItem, PluginType
    from django_plugin_system.register import (
        register_plugin_item,
        register_plugin_type,
    )

    class VoiceOTP(AbstractOTP):
        def send_otp(self, number, code): ...

    register_plugin_item({
        "name": "voice",
        "module": "apps.otp_sms",
        "type_name": "otp",
        "manager_name": "apps.otp",
        "plugin_class": VoiceOTP,
        "priority": 20,
    })
    call_command("pluginsync", verbosity=0)

    def override(selector):
        register_plugin_type({
            "name": "otp",
            "manager": "apps.otp",
            "interface": AbstractOTP,
            "get_plugin": selector,
        })
"""


def test_the_printed_selector_answers(overridden: Site) -> None:
    """It takes the first active item, and runs into nothing when there is none."""
    printed = overridden.run("""
        from django_plugin_system.helpers import get_plugin_instance
        from django_plugin_system.models import PluginItem, PluginType

        print(type(get_plugin_instance("otp", "apps.otp")).__name__)
        print(PluginType.objects.get(name="otp").get_single_plugin().name)
        PluginItem.objects.filter(name="sms_ir").update(status="reserve")
        try:
            get_plugin_instance("otp", "apps.otp")
        except IndexError as error:
            print(error)
    """)

    assert printed == ["SmsIrOTP", "sms_ir", "list index out of range"]


def test_a_selector_decides_against_the_default_rule(site: Site) -> None:
    """Data-driven: this one takes the last active item instead of the first."""
    printed = site.run(f"""{OTHER_PROVIDERS}
    print(get_plugin_class("otp", "apps.otp").__name__)
    override(lambda plugin_type: plugin_type.get_active_plugins()[-1])
    print(get_plugin_class("otp", "apps.otp").__name__)
    PluginItem.objects.filter(name="voice").update(status="disable")
    print(get_plugin_class("otp", "apps.otp").__name__)
    """)

    assert printed == ["SmsIrOTP", "VoiceOTP", "SmsIrOTP"]


def test_a_selector_gets_the_row_and_the_arguments_of_the_caller(site: Site) -> None:
    """The PluginType comes first, then whatever the helper was given beside names."""
    printed = site.run(f"""{OTHER_PROVIDERS}
    def selector(plugin_type, *, country=""):
        print(type(plugin_type).__name__, plugin_type.name, plugin_type.manager)
        name = {{"ir": "sms_ir", "nl": "voice"}}.get(country)
        items = plugin_type.get_active_plugins()
        return next((item for item in items if item.name == name), None)

    override(selector)
    print(type(get_plugin_instance("otp", "apps.otp", country="nl")).__name__)
    print(PluginType.objects.get(name="otp").get_single_plugin(country="ir").name)
    print(get_plugin_instance("otp", "apps.otp", country="xx"))
    """)

    assert printed == [
        "PluginType otp apps.otp",
        "VoiceOTP",
        "PluginType otp apps.otp",
        "sms_ir",
        "PluginType otp apps.otp",
        "None",
    ]


def test_an_override_holds_for_its_type_alone(overridden: Site) -> None:
    """Other types go on by status and priority."""
    overridden.set_items("status = 'disable'", "email", "sms")
    overridden.set_items("status = 'reserve'", "push")

    printed = overridden.run("""
        from django_plugin_system.helpers import get_plugin_instance

        print(type(get_plugin_instance("notifier", "apps.notifications")).__name__)
    """)

    assert printed == ["PushNotifier"]
