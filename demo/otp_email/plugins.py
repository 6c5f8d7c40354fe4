"""Codes by mail, registered with the decorator: the app is taken from the module."""

from __future__ import annotations

from django.core.mail import send_mail
from otp.interfaces import AbstractOTP

from django_plugin_system import plugin


@plugin(AbstractOTP, "mail", priority=30, description="Mail to the number's mailbox")
class MailOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> None:
        send_mail(
            subject="Your code",
            message=f"Your code is {code}",
            from_email="mail@otp.example",
            recipient_list=[f"{number.lstrip('+')}@phone.example"],
        )
