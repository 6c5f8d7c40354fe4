"""As printed; the import of the interface is added."""

from __future__ import annotations

from django.apps import AppConfig

from django_plugin_system.register import register_plugin_type

from .interfaces import AbstractOTP


class OtpConfig(AppConfig):
    name = "apps.otp"

    def ready(self):
        register_plugin_type(
            {
                "name": "otp",
                "manager": self.name,  # the app providing the type
                "interface": AbstractOTP,
                "description": "One-time password (OTP) delivery channel",
            }
        )
