"""Codes by mail, registered with the decorator: the app is taken from the module."""

from __future__ import annotations

from django.core.mail import send_mail
from otp.interfaces import AbstractOTP

from django_plugin_system import plugin


@plugin(AbstractOTP, "mail", priority=30, description="Mail, where texts do not reach")
class MailOTP(AbstractOTP):
    def send_otp(self, number: str, email: str, code: str) -> None:
        send_mail("Your code", f"Your code is {code}", "mail@otp.example", [email])
