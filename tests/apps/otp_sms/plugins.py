from __future__ import annotations

from django_plugin_system import plugin
from tests.apps.otp.interfaces import AbstractOTP


@plugin(AbstractOTP, "sms_ir", priority=10, description="By SMS")
class SmsIrOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> str:
        return f"sms_ir {number} {code}"


@plugin(AbstractOTP, "kavenegar", priority=20)
class KavenegarOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> str:
        return f"kavenegar {number} {code}"
