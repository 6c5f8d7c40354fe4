"""The third channel of the example, from a different app."""

from __future__ import annotations

from apps.notifications.interfaces import AbstractNotifier
from django_plugin_system.register import register_plugin_item


class PushNotifier(AbstractNotifier):
    def send(self, user, message):
        print(f"Pushing to {user.username}: {message}")  # noqa: T201


register_plugin_item(
    {
        "name": "push",
        "module": "apps.notifications_push",
        "type_name": "notifier",
        "manager_name": "apps.notifications",
        "plugin_class": PushNotifier,
        "priority": 20,
        "description": "Send notification via Push",
    }
)
