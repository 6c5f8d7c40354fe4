"""As printed; the import of the interface is added, and those that start the items."""

from __future__ import annotations

from django_plugin_system.register import register_plugin_type

from . import email, sms  # noqa: F401
from .interfaces import AbstractNotifier

register_plugin_type(
    {
        "name": "notifier",
        "manager": "apps.notifications",
        "interface": AbstractNotifier,
        "description": "Notification channels for users",
    }
)
