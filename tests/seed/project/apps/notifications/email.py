from __future__ import annotations

from django_plugin_system.register import register_plugin_item

from .interfaces import AbstractNotifier


class EmailNotifier(AbstractNotifier):
    def send(self, user, message):
        print(f"Sending email to {user.email}: {message}")  # noqa: T201


register_plugin_item(
    {
        "name": "email",
        "module": "apps.notifications.email",
        "type_name": "notifier",
        "manager_name": "apps.notifications",
        "plugin_class": EmailNotifier,
        "priority": 5,
        "description": "Send notification via Email",
    }
)
