"""An implementation that is no app, only a module of one."""

from __future__ import annotations

from .interfaces import AbstractNotifier


class EmailNotifier(AbstractNotifier):
    def send(self, user: object, message: str) -> str:
        return f"email to {user}: {message}"
