from __future__ import annotations

from django_plugin_system.register import register_plugin_item

from .interfaces import AbstractOTP


class SmsIrOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> None:
        # call provider api...
        pass


# Register this implementation
register_plugin_item(
    {
        "name": "sms_ir",
        "module": "apps.otp_sms",  # the app providing the item
        "type_name": "otp",
        "manager_name": "apps.otp",  # the app providing the type
        "plugin_class": SmsIrOTP,
        "priority": 10,
        "description": "Send OTP using Sms.ir provider",
    }
)
