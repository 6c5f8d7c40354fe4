from __future__ import annotations

from django.apps import AppConfig


class OtpOverrideConfig(AppConfig):
    name = "apps.otp_override"

    def ready(self):
        from . import selector  # noqa: F401
