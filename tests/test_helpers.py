"""The short calls that application code uses."""

from __future__ import annotations

import pytest

from django_plugin_system.helpers import get_plugin, get_plugin_instance
from django_plugin_system.models import PluginItem
from tests.apps.otp.interfaces import AbstractOTP

pytestmark = pytest.mark.django_db


def test_first_active_item_answers():
    """post_migrate made the rows; the lowest priority number answers."""
    otp = get_plugin_instance("otp", "tests.apps.otp")

    assert otp.send_otp("+31", "1234") == "voice +31 1234"


def test_a_switch_is_seen_at_once():
    """A bulk update, which sends no signal, counts like any other."""
    PluginItem.objects.filter(name="voice").update(status="disable")

    assert get_plugin(AbstractOTP).send_otp("+31", "1234") == "sms_ir +31 1234"
