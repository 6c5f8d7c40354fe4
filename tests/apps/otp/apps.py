from __future__ import annotations

from django.apps import AppConfig

from . import interfaces


class OtpConfig(AppConfig):
    name = "tests.apps.otp"
    interface = interfaces.AbstractOTP
