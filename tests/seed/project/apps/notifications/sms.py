"""The second channel of the example, which the seed names without printing it."""

from __future__ import annotations

from django_plugin_system.register import register_plugin_item

from .interfaces import AbstractNotifier


class SmsNotifier(AbstractNotifier):
    def send(self, user, message):
        print(f"Sending SMS to {user.username}: {message}")  # noqa: T201


register_plugin_item(
    {
        "name": "sms",
        "module": "apps.notifications.sms",
        "type_name": "notifier",
        "manager_name": "apps.notifications",
        "plugin_class": SmsNotifier,
        "priority": 10,
        "description": "Send notification via SMS",
    }
)
