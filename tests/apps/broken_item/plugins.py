"""A plugins module whose declaration is wrong."""

from __future__ import annotations

from django_plugin_system import plugin
from tests.apps.otp.interfaces import AbstractOTP


@plugin(AbstractOTP, "half")
class HalfOTP(AbstractOTP):
    """Nothing is implemented."""
