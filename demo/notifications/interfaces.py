"""The plugin type for notifications, declared by a decorator."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.contrib.auth.models import User

from django_plugin_system import plugin_type


@plugin_type("notifier", description="Channels on which users are notified")
class AbstractNotifier(ABC):
    @abstractmethod
    def send(self, user: User, message: str) -> None:
        """Send a message to a user, or raise OSError."""
