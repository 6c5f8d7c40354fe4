"""Rows: what they answer about themselves and about their code."""

from __future__ import annotations

import asyncio

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from django_plugin_system.exceptions import PluginNotLoadable
from django_plugin_system.models import PluginItem, PluginStatus, PluginType
from tests.apps.otp_voice.plugins import VoiceOTP

pytestmark = pytest.mark.django_db


@pytest.fixture
def otp() -> PluginType:
    return PluginType.objects.get(name="otp", manager="tests.apps.otp")


@pytest.fixture
def orphan(otp: PluginType) -> PluginItem:
    """Return an active row, first in rank, that no code is registered for."""
    return PluginItem.objects.create(
        plugin_type=otp, name="gone", module="tests.apps.otp_sms", priority=-1
    )


def names(items: list[PluginItem]) -> list[str]:
    return [item.name for item in items]


def test_status_values():
    """The stored values are the seed's."""
    assert PluginStatus.values == ["active", "reserve", "disable"]


def test_rows_by_status_in_selection_order(otp: PluginType, orphan: PluginItem):
    """All rows are listed; the active and reserve ones only if they can be loaded."""
    PluginItem.objects.filter(name="kavenegar").update(status="reserve")

    assert names(otp.get_all_plugins()) == ["gone", "voice", "sms_ir", "kavenegar"]
    assert names(otp.get_active_plugins()) == ["voice", "sms_ir"]
    assert names(otp.get_reserved_plugins()) == ["kavenegar"]


def test_ties_are_broken_by_name_then_module(otp: PluginType):
    """Equal priorities never make the answer waver."""
    PluginItem.objects.all().delete()
    for name, module in (("b", "x"), ("a", "y"), ("a", "x")):
        PluginItem.objects.create(plugin_type=otp, name=name, module=module)

    ranked = [(item.name, item.module) for item in otp.get_all_plugins()]

    assert ranked == [("a", "x"), ("a", "y"), ("b", "x")]


def test_load(otp: PluginType):
    """load_class() gives the registered class, load() a new object of it each time."""
    item = PluginItem.objects.get(name="voice")

    first, second = item.load(), item.load()

    assert item.load_class() is VoiceOTP
    assert isinstance(first, VoiceOTP)
    assert first is not second


def test_orphan_does_not_load(orphan: PluginItem):
    """Without code there is no class, and load() says what to look at."""
    with pytest.raises(PluginNotLoadable) as excinfo:
        orphan.load()

    assert orphan.is_orphan
    assert orphan.load_class() is None
    assert str(excinfo.value) == (
        "Plugin item tests.apps.otp_sms:gone for tests.apps.otp:otp cannot be loaded: "
        "this process has no class registered for it. Is its app installed, and does "
        "its plugins module import?"
    )


def test_unique(otp: PluginType):
    """A name stands once per manager, an item once per module and type."""
    with pytest.raises(IntegrityError), transaction.atomic():
        PluginType.objects.create(name="otp", manager="tests.apps.otp")
    with pytest.raises(IntegrityError), transaction.atomic():
        PluginItem.objects.create(
            plugin_type=otp, name="voice", module="tests.apps.otp_voice"
        )

    PluginType.objects.create(name="otp", manager="another.app")
    PluginItem.objects.create(plugin_type=otp, name="voice", module="another.app")


@pytest.mark.parametrize("priority", [-32769, 32768])
def test_priority_has_bounds_on_every_database(otp: PluginType, priority):
    """A number that PostgreSQL could not store is refused by validation anywhere."""
    item = PluginItem(plugin_type=otp, name="n", module="m", priority=priority)

    with pytest.raises(ValidationError, match="priority"):
        item.full_clean()


def test_str(otp: PluginType):
    """Rows are written as their keys are, in which names alone are not unique."""
    item = PluginItem.objects.get(name="voice")

    assert str(otp) == str(otp.key) == "tests.apps.otp:otp"
    assert str(item) == str(item.key)
    assert str(item) == "tests.apps.otp_voice:voice for tests.apps.otp:otp"


def test_str_without_a_type():
    """An item that has no type yet, or whose type is gone, can be printed."""
    unsaved = PluginItem(name="voice", module="tests.apps.otp_voice")

    assert str(unsaved) == "tests.apps.otp_voice:voice"


def test_str_on_an_event_loop():
    """Printing an item asks no database where that would block an event loop."""
    item = PluginItem.objects.get(name="voice")

    async def text() -> str:
        return str(item)

    assert asyncio.run(text()) == "tests.apps.otp_voice:voice"
