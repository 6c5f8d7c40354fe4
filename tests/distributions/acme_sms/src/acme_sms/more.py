"""Registered by a call."""

from __future__ import annotations

from django_plugin_system.register import register_plugin_item
from tests.apps.otp.interfaces import AbstractOTP


class AcmeCall(AbstractOTP):
    def send_otp(self, number: str, code: str) -> str:
        return f"call {number} {code}"


def register() -> None:
    register_plugin_item(
        {
            "name": "acme_call",
            "module": "acme_sms",
            "type_name": "otp",
            "manager_name": "tests.apps.otp",
            "plugin_class": AcmeCall,
        }
    )
