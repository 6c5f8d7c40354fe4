"""Registered by being imported."""

from __future__ import annotations

from django_plugin_system import plugin
from tests.apps.otp.interfaces import AbstractOTP


@plugin(AbstractOTP, "acme", priority=-10)
class AcmeOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> str:
        return f"acme {number} {code}"
