"""The seed's dict call, in an app of its own."""

from __future__ import annotations

from django_plugin_system.register import register_plugin_item
from tests.apps.otp.interfaces import AbstractOTP


class VoiceOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> str:
        return f"voice {number} {code}"


register_plugin_item(
    {
        "name": "voice",
        "module": "tests.apps.otp_voice",
        "type_name": "otp",
        "manager_name": "tests.apps.otp",
        "plugin_class": VoiceOTP,
        "priority": 5,
    }
)
