"""The seed's dict calls, which release 1.1.0 understands as well."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "tests.services.notifications"

    def ready(self) -> None:
        from django_plugin_system.register import (
            register_plugin_item,
            register_plugin_type,
        )

        from .email import EmailNotifier
        from .interfaces import AbstractNotifier
        from .push import PushNotifier

        register_plugin_type(
            {
                "name": "notifier",
                "manager": self.name,
                "interface": AbstractNotifier,
                "description": "Notification channels for users",
            }
        )
        for name, plugin_class, priority in (
            ("email", EmailNotifier, 5),
            ("push", PushNotifier, 6),
        ):
            register_plugin_item(
                {
                    "name": name,
                    "module": f"{self.name}.{name}",
                    "type_name": "notifier",
                    "manager_name": self.name,
                    "plugin_class": plugin_class,
                    "priority": priority,
                    "description": f"Send notification via {name}",
                }
            )
