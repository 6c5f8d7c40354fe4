"""Two SMS providers. Importing this module registers them; start-up does that."""

from __future__ import annotations

from otp.interfaces import AbstractOTP

from django_plugin_system.register import register_plugin_item

from .gateway import send_sms


class SwiftSmsOTP(AbstractOTP):
    def send_otp(self, number: str, email: str, code: str) -> None:
        send_sms("swift_sms", number, f"Your code is {code}")


class BudgetSmsOTP(AbstractOTP):
    def send_otp(self, number: str, email: str, code: str) -> None:
        send_sms("budget_sms", number, f"Your code is {code}")


register_plugin_item(
    {
        "name": "swift_sms",
        "module": "otp_sms",
        "type_name": "otp",
        "manager_name": "otp",
        "plugin_class": SwiftSmsOTP,
        "priority": 10,
        "description": "Text message, delivered within seconds",
    }
)
register_plugin_item(
    {
        "name": "budget_sms",
        "module": "otp_sms",
        "type_name": "otp",
        "manager_name": "otp",
        "plugin_class": BudgetSmsOTP,
        "priority": 20,
        "description": "Text message, cheaper",
    }
)
