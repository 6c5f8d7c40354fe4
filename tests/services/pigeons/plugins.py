"""A provider in an app of its own, to be uninstalled."""

from __future__ import annotations

from django_plugin_system.register import register_plugin_item
from tests.services.notifications.interfaces import AbstractNotifier


class PigeonNotifier(AbstractNotifier):
    def send(self, user: object, message: str) -> str:
        return f"pigeon to {user}: {message}"


register_plugin_item(
    {
        "name": "pigeon",
        "module": "tests.services.pigeons",
        "type_name": "notifier",
        "manager_name": "tests.services.notifications",
        "plugin_class": PigeonNotifier,
        "priority": 90,
        "description": "By pigeon",
    }
)
