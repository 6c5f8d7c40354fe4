"""Three channels: mail, text message, and a line in a file."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from otp_sms.gateway import send_sms

from django_plugin_system import plugin

from .interfaces import AbstractNotifier


@plugin(AbstractNotifier, "email", priority=5, description="To the user's address")
class EmailNotifier(AbstractNotifier):
    def send(self, user: User, message: str) -> None:
        send_mail("News for you", message, "email@notifier.example", [user.email])


@plugin(AbstractNotifier, "sms", priority=10, description="Through the SMS gateway")
class SmsNotifier(AbstractNotifier):
    def send(self, user: User, message: str) -> None:
        send_sms("sms", f"the phone of {user.username}", message)


@plugin(AbstractNotifier, "file", priority=20, description="A line in a text file")
class FileNotifier(AbstractNotifier):
    def send(self, user: User, message: str) -> None:
        with settings.NOTIFICATION_FILE.open("a", encoding="utf-8") as lines:
            words = " ".join(message.split())
            lines.write(f"{datetime.now(UTC).isoformat()} {user.username}: {words}\n")
