"""The registry: what it answers, and that tests can undo what they register."""

from __future__ import annotations

import pytest

from django_plugin_system.exceptions import PluginLookupError, PluginTypeNotFound
from django_plugin_system.helpers import get_plugin
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.registry import Registry
from django_plugin_system.specs import ItemKey, TypeKey
from django_plugin_system.testing import isolated_plugins
from tests.declared import (
    Fax,
    Mail,
    OtherInterface,
    Pigeon,
    Sender,
    item_dict,
    type_dict,
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "sendr",
            "No plugin type 'sendr' of 'tests.apps.otp' is registered. "
            "Did you mean 'sender' of 'tests.apps.otp'?",
            id="near",
        ),
        pytest.param(
            "zzzzzzzzzzzzzzzzzzzzzzzz",
            "No plugin type 'zzzzzzzzzzzzzzzzzzzzzzzz' of 'tests.apps.otp' is "
            "registered.",
            id="far",
        ),
    ],
)
def test_get_type_that_is_not_there(registry: Registry, name, message):
    """A near miss earns a suggestion; anything else only the fact."""
    register_plugin_type(type_dict())

    with pytest.raises(PluginTypeNotFound) as excinfo:
        registry.get_type(name, "tests.apps.otp")

    assert str(excinfo.value) == message
    assert isinstance(excinfo.value, PluginLookupError | LookupError)


def test_get_type_with_interface(registry: Registry):
    """An interface finds its type while it belongs to one only."""
    register_plugin_type(type_dict())
    found = registry.get_type_with(Sender)

    register_plugin_type(type_dict(name="backup"))
    with pytest.raises(PluginTypeNotFound) as ambiguous:
        registry.get_type_with(Sender)
    with pytest.raises(PluginTypeNotFound) as unknown:
        registry.get_type_with(OtherInterface)

    assert found.name == "sender"
    assert str(ambiguous.value) == (
        "Interface tests.declared.Sender belongs to more than one plugin type: "
        "'backup' of 'tests.apps.otp' and 'sender' of 'tests.apps.otp'. "
        "Say which by name and manager."
    )
    assert str(unknown.value) == (
        "No plugin type with interface tests.declared.OtherInterface is registered. "
        "Register one with register_plugin_type() or @plugin_type."
    )


NO_INTERFACES = [
    pytest.param(
        "sender",
        "'sender' is a string, and no interface. Pass the class, or ask by name with "
        "get_plugin_instance('sender', 'tests.apps.otp').",
        id="name",
    ),
    pytest.param(
        "sendr",
        "'sendr' is a string, and no interface. Pass the class, or ask by name with "
        "get_plugin_instance(...).",
        id="unknown-name",
    ),
    pytest.param(
        7,
        "7 is not a class, and so no interface. Pass the class that the plugin type "
        "was registered with.",
        id="no-class",
    ),
    pytest.param(
        Mail,
        "tests.declared.Mail is the class of plugin item tests.apps.otp_sms:mail for "
        "tests.apps.otp:sender, and no interface. Ask with Sender, and the item that "
        "operators have chosen answers; to have this very class, call it yourself.",
        id="implementation",
    ),
    pytest.param(
        Fax,
        "No plugin type with interface tests.declared.Fax is registered. Register one "
        "with register_plugin_type() or @plugin_type.",
        id="another-class",
    ),
    pytest.param(
        list[int],
        "No plugin type with interface builtins.list is registered. Register one with "
        "register_plugin_type() or @plugin_type.",
        id="alias",
    ),
]


@pytest.mark.parametrize(("asked", "message"), NO_INTERFACES)
@pytest.mark.django_db
def test_what_is_no_interface(asked, message):
    """The error says what it is, and how to ask instead."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="lost", type_name="x", plugin_class=Pigeon))

    with pytest.raises(PluginTypeNotFound) as excinfo:
        get_plugin(asked, "tests.apps.otp")

    assert str(excinfo.value) == message


def test_class_of_an_item_without_a_type(registry: Registry):
    """Which interface to ask with is not known then."""
    register_plugin_item(item_dict(type_name="x", plugin_class=Pigeon))

    with pytest.raises(PluginTypeNotFound, match="Ask with its interface, and"):
        registry.get_type_with(Pigeon)


def test_listings_are_sorted_and_leave_out_the_unresolved(registry: Registry):
    """types() and items() answer in key order, whatever the order of registration."""
    register_plugin_type(type_dict(name="zebra", interface=Sender))
    register_plugin_item(item_dict(name="b", type_name="zebra"))
    register_plugin_item(item_dict(name="a", type_name="zebra"))
    register_plugin_item(item_dict(name="c", type_name="nobody's"))
    register_plugin_type(type_dict(name="ant", interface=Sender))

    assert [spec.name for spec in registry.types()] == ["ant", "otp", "zebra"]
    assert [spec.name for spec in registry.items() if spec.type_name == "zebra"] == [
        "a",
        "b",
    ]


def test_isolated(registry: Registry):
    """What is registered in the block is gone after it, failures and all."""
    with isolated_plugins() as inside:
        register_plugin_type(type_dict())
        inside.record_broken("x", ValueError())
        inside.add_provider("acme")
        known = inside.find_type(TypeKey("sender", "tests.apps.otp"))

    assert known is not None
    assert registry.find_type(TypeKey("sender", "tests.apps.otp")) is None
    assert registry.broken() == {}
    assert registry.providers() == frozenset()


@isolated_plugins()
def test_isolated_as_decorator():
    """A whole test can be wrapped."""
    register_plugin_type(type_dict())


def test_keys_read_well():
    """Labels in reports and messages start with the app."""
    key = ItemKey("mail", "shop.mail", TypeKey("sender", "shop"))

    assert str(key) == "shop.mail:mail for shop:sender"
