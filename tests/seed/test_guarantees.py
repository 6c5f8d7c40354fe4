"""Seed, "Design Notes & Guarantees": a test for each promise, named after it."""

from __future__ import annotations

import pytest

from .conftest import SiteMaker
from .sites import Site


def test_guarantee_registry_lives_in_memory_at_import_time(site: Site) -> None:
    """Without a single row the registry of each process is whole."""
    site.sql("DELETE FROM django_plugin_system_pluginitem")
    site.sql("DELETE FROM django_plugin_system_plugintype")

    printed = site.run("""
        from django.core.management import call_command

        call_command("pluginsync", verbosity=0)
    """)

    assert printed == []
    assert site.items("name") == [("email",), ("push",), ("sms",), ("sms_ir",)]


def test_guarantee_database_is_a_materialized_view(site: Site) -> None:
    """Selection goes by rows: none, no answer; a row without code, no class."""
    site.set_items("name = 'gone'", "email")
    site.sql("DELETE FROM django_plugin_system_pluginitem WHERE name = 'sms_ir'")

    printed = site.run("""
        from django_plugin_system.helpers import get_plugin_class
        from django_plugin_system.models import PluginItem

        print(get_plugin_class("otp", "apps.otp"))
        print(PluginItem.objects.get(name="gone").load_class())
        print(get_plugin_class("notifier", "apps.notifications").__name__)
    """)

    assert printed == ["None", "None", "SmsNotifier"]


@pytest.mark.parametrize("mode", ["create", "update"])
def test_guarantee_syncing_is_idempotent(site: Site, mode: str) -> None:
    """Run again and again it writes nothing: every column of every row stays."""
    site.set_items("status = 'disable'", "push")
    before = site.items("*"), site.types("*")

    for _ in range(2):
        site.manage("pluginsync", "--mode", mode)

    assert (site.items("*"), site.types("*")) == before


REGISTER = """
from apps.otp.interfaces import AbstractOTP
from django_plugin_system.register import register_plugin_item

class Stranger:
    def send_otp(self, number, code): ...

class Unfinished(AbstractOTP):
    pass

class Misspelt(AbstractOTP):
    def sendotp(self, number, code): ...

def attempt(plugin_class):
    try:
        register_plugin_item({
            "name": "attempt",
            "module": "apps.otp_sms",
            "type_name": "otp",
            "manager_name": "apps.otp",
            "plugin_class": plugin_class,
        })
    except TypeError as error:
        print(error)
    else:
        print("accepted")
"""


@pytest.mark.parametrize(
    ("plugin_class", "message"),
    [
        pytest.param(
            "Stranger",
            "Plugin item 'attempt': __main__.Stranger is not a subclass of "
            "apps.otp.interfaces.AbstractOTP, the interface of plugin type 'otp'. "
            "Derive it from AbstractOTP, or name another type.",
            id="no-subclass",
        ),
        *(
            pytest.param(
                name,
                f"Plugin item 'attempt': __main__.{name} is still abstract, so it "
                "could never be instantiated. Implement: send_otp.",
                id=name.lower(),
            )
            for name in ("Unfinished", "Misspelt")
        ),
        pytest.param(
            "'apps.otp_sms.plugins.SmsIrOTP'",
            "Plugin item 'attempt': plugin_class is 'apps.otp_sms.plugins.SmsIrOTP', "
            "which is not a class. Pass the class itself, neither its name nor an "
            "object of it.",
            id="name",
        ),
    ],
)
def test_guarantee_items_are_validated_to_implement_the_declared_interface(
    site: Site, plugin_class: str, message: str
) -> None:
    """What could not answer a call of the interface is refused where it registers."""
    printed = site.run(f"{REGISTER}\nattempt({plugin_class})")

    assert printed == [message]


def test_guarantee_items_are_validated_also_before_their_type(
    make_site: SiteMaker,
) -> None:
    """An item that came first is held to the interface as soon as there is one."""
    site = make_site(
        ["early", "late"],
        {
            "early/plugins.py": """
                from django_plugin_system.register import register_plugin_item

                class Stranger: ...

                register_plugin_item({
                    "name": "stranger",
                    "module": "early",
                    "type_name": "channel",
                    "manager_name": "late",
                    "plugin_class": Stranger,
                })
            """,
            "late/plugins.py": """
                from abc import ABC, abstractmethod
                from django_plugin_system.register import register_plugin_type

                class Channel(ABC):
                    @abstractmethod
                    def send(self): ...

                register_plugin_type(
                    {"name": "channel", "manager": "late", "interface": Channel}
                )
            """,
        },
    )

    printed = site.manage("check", exit_code=1)

    assert (
        "early.plugins.Stranger is not a subclass of late.plugins.Channel, the "
        "interface of plugin type 'channel'." in printed
    )


MISTAKE = """
    from django_plugin_system.register import register_plugin_type

    def declare():
        register_plugin_type(
            {"name": "channel", "manager": "shop", "interface": dict}
        )
"""
COMPLAINT = (
    "Plugin type 'channel': interface is builtins.dict, which is not an abstract base "
    "class. Derive it from abc.ABC."
)


def test_guarantee_errors_on_registration_are_not_swallowed_in_ready(
    make_site: SiteMaker,
) -> None:
    """No command and no server starts with a mis-registration in ``ready()``."""
    site = make_site(
        ["shop"],
        {
            "shop/mistake.py": MISTAKE,
            "shop/apps.py": """
                from django.apps import AppConfig

                class ShopConfig(AppConfig):
                    name = "shop"

                    def ready(self):
                        from .mistake import declare
                        declare()
            """,
        },
    )

    printed = site.manage("pluginsync", exit_code=1)

    assert printed.endswith(f"DeclarationTypeError: {COMPLAINT}\n")


def test_guarantee_errors_on_registration_are_not_swallowed_in_plugins(
    make_site: SiteMaker,
) -> None:
    """A mistake in a ``plugins`` module fails the check, and each process says so."""
    site = make_site(
        ["shop"],
        {
            "shop/mistake.py": MISTAKE,
            "shop/plugins.py": "from .mistake import declare\n\ndeclare()\n",
        },
    )

    check = site.manage("check", exit_code=1)
    process = site.run("print('The process runs.')")

    assert (
        f"(django_plugin_system.E003) shop.plugins was rejected: {COMPLAINT}" in check
    )
    assert (
        f"django_plugin_system.exceptions.DeclarationTypeError: {COMPLAINT}" in process
    )
    assert process[-1] == "The process runs."
