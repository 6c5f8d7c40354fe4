"""The app that needs one-time codes sent; it registers the plugin type by a dict."""

from __future__ import annotations

from django.apps import AppConfig

from django_plugin_system.register import register_plugin_type

from .interfaces import AbstractOTP


class OtpConfig(AppConfig):
    name = "otp"
    verbose_name = "One-time codes"

    def ready(self) -> None:
        register_plugin_type(
            {
                "name": "otp",
                "manager": self.name,
                "interface": AbstractOTP,
                "description": "Delivery of one-time codes",
            }
        )
