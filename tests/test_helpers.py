"""The short calls that application code uses."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync

from django_plugin_system.exceptions import NoPluginAvailable, PluginTypeNotFound
from django_plugin_system.helpers import (
    aget_plugin,
    get_plugin,
    get_plugin_class,
    get_plugin_instance,
)
from django_plugin_system.models import PluginItem
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.sync import sync
from tests.apps.otp.interfaces import AbstractOTP
from tests.apps.otp_voice.plugins import VoiceOTP
from tests.declared import Fax, Mail, Sender, item_dict, type_dict

pytestmark = pytest.mark.django_db


def test_get_plugin_instance():
    """post_migrate made the rows; the lowest priority number answers."""
    otp = get_plugin_instance("otp", "tests.apps.otp")

    assert otp.send_otp("+31", "1234") == "voice +31 1234"


def test_get_plugin_class():
    """The class, for those who construct it themselves."""
    assert get_plugin_class("otp", "tests.apps.otp") is VoiceOTP


def test_get_plugin():
    """A new object each time."""
    first, second = get_plugin(AbstractOTP), get_plugin(AbstractOTP)

    assert isinstance(first, VoiceOTP)
    assert first is not second


def test_a_switch_is_seen_at_once():
    """A bulk update, which sends no signal, counts like any other."""
    PluginItem.objects.filter(name="voice").update(status="disable")

    assert get_plugin(AbstractOTP).send_otp("+31", "1234") == "sms_ir +31 1234"


def test_nothing_to_select():
    """None where the seed says None; an error with a next step where it is typed."""
    PluginItem.objects.update(status="disable")

    assert get_plugin_instance("otp", "tests.apps.otp") is None
    assert get_plugin_class("otp", "tests.apps.otp") is None
    with pytest.raises(NoPluginAvailable) as excinfo:
        get_plugin(AbstractOTP)
    assert str(excinfo.value) == (
        "No plugin can be selected for type 'otp' of 'tests.apps.otp': it has no "
        "active or reserve item whose code is loaded. Activate one in the admin, or "
        "run 'manage.py pluginsync' if its rows are missing."
    )


def test_get_plugin_for_an_interface_nobody_registered():
    """A PluginTypeNotFound, before any query."""
    with pytest.raises(PluginTypeNotFound, match=r"^No plugin type with interface"):
        get_plugin(Sender)


def test_arguments_go_to_get_plugin():
    """Each call passes on what it is given."""

    def by_size(plugin_type, size, *, colour):
        return Mail if size > 1 and colour else Fax

    register_plugin_type(type_dict(get_plugin=by_size))
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="fax", plugin_class=Fax))
    sync()

    asked = "sender", "tests.apps.otp"
    assert get_plugin_class(*asked, 2, colour=True) is Mail
    assert type(get_plugin_instance(*asked, 1, colour=True)) is Fax
    assert type(get_plugin(Sender, 2, colour=False)) is Fax


def test_an_error_of_the_constructor_reaches_the_caller():
    """Nothing is swallowed into None."""

    class Failing(Mail):
        def __init__(self) -> None:
            raise OSError("no route to provider")

    register_plugin_type(type_dict())
    register_plugin_item(item_dict(plugin_class=Failing))
    sync()

    with pytest.raises(OSError, match="no route to provider"):
        get_plugin_instance("sender", "tests.apps.otp")


@pytest.mark.django_db(transaction=True)
def test_aget_plugin():
    """The same from a coroutine, where the ORM alone would refuse."""
    found = async_to_sync(_ask)()

    assert isinstance(found, VoiceOTP)


async def _ask() -> AbstractOTP:
    return await aget_plugin(AbstractOTP)
