"""Seed, "Selection Logic" and "Helper"."""

from __future__ import annotations

import pytest

from .sites import Site

WHO = """
from django_plugin_system.helpers import get_plugin_instance

def who():
    return type(get_plugin_instance("notifier", "apps.notifications")).__name__

print(who())
"""


@pytest.mark.parametrize(
    ("statuses", "answer"),
    [
        pytest.param("active active active", "EmailNotifier", id="lowest-active"),
        pytest.param("reserve active active", "SmsNotifier", id="active-first"),
        pytest.param("disable active active", "SmsNotifier", id="next-active"),
        pytest.param("reserve reserve active", "PushNotifier", id="only-active"),
        pytest.param("reserve reserve disable", "EmailNotifier", id="lowest-reserve"),
        pytest.param("disable disable reserve", "PushNotifier", id="only-reserve"),
        pytest.param("disable disable disable", "NoneType", id="all-disabled"),
    ],
)
def test_active_first_then_fallback_to_reserve(
    site: Site, statuses: str, answer: str
) -> None:
    """The lowest priority number among the active, else among the reserve items."""
    names = ["email", "sms", "push"]
    for name, status in zip(names, statuses.split(), strict=True):
        site.set_items(f"status = '{status}'", name)

    assert site.run(WHO) == [answer]


def test_the_choice_is_renewed_on_save_and_delete(site: Site) -> None:
    """In one process each save and each delete counts from the very next call."""
    printed = site.run(f"""
        {WHO.replace(chr(10), chr(10) + " " * 8)}
        from django_plugin_system.models import PluginItem

        email = PluginItem.objects.get(name="email")
        email.priority = 15
        email.save()
        print(who())
        email.status = "reserve"
        email.save()
        PluginItem.objects.get(name="sms").delete()
        print(who())
        PluginItem.objects.get(name="push").delete()
        print(who())
        email.delete()
        print(who())
    """)

    assert printed == [
        "EmailNotifier",
        "SmsNotifier",
        "PushNotifier",
        "EmailNotifier",
        "NoneType",
    ]


def test_each_plugin_type_has_a_choice_of_its_own(site: Site) -> None:
    """Switching the items of one type moves no other."""
    site.set_items("status = 'disable'", "sms_ir")

    printed = site.run("""
        from django_plugin_system.helpers import get_plugin_instance

        print(get_plugin_instance("otp", "apps.otp"))
        print(type(get_plugin_instance("notifier", "apps.notifications")).__name__)
    """)

    assert printed == ["None", "EmailNotifier"]


def test_helper(site: Site) -> None:
    """The printed lines send a code through the selected provider."""
    printed = site.run("""
        from django_plugin_system.helpers import get_plugin_instance

        otp = get_plugin_instance("otp", "apps.otp")
        if otp:
            otp.send_otp("+31123456789", "123456")

        print(type(otp))
    """)

    assert printed == ["<class 'apps.otp_sms.plugins.SmsIrOTP'>"]


def test_helper_without_any_plugin(site: Site) -> None:
    """The printed ``if otp`` holds when there is nothing to select."""
    site.set_items("status = 'disable'")

    printed = site.manage(
        "shell",
        "-c",
        "from django_plugin_system.helpers import get_plugin_instance as get\n"
        "print([get('otp', 'apps.otp'), get('otp', 'apps.notifications')])",
    )

    assert "[None, None]" in printed.splitlines()


def test_instantiating_by_hand(site: Site) -> None:
    """``get_single_plugin()`` gives the row, ``load_class()`` the class."""
    printed = site.run("""
        from django_plugin_system.models import PluginType

        plugin_type = PluginType.objects.get(name="otp", manager="apps.otp")
        item = plugin_type.get_single_plugin()
        otp = item.load_class()()
        print(type(item).__name__, item.name, type(otp).__name__)
    """)

    assert printed == ["PluginItem sms_ir SmsIrOTP"]
