"""Another one."""

from __future__ import annotations

from .interfaces import AbstractNotifier


class PushNotifier(AbstractNotifier):
    def send(self, user: object, message: str) -> str:
        return f"push to {user}: {message}"
