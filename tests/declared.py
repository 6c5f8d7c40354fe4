"""Interfaces and classes that tests declare as they need them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Sender(ABC):
    @abstractmethod
    def send(self, text: str) -> str: ...

    @abstractmethod
    def close(self) -> None: ...


class OtherInterface(ABC):
    @abstractmethod
    def run(self) -> None: ...


class Mail(Sender):
    def send(self, text: str) -> str:
        return f"mail {text}"

    def close(self) -> None:
        """Nothing to close."""


class Fax(Mail):
    def send(self, text: str) -> str:
        return f"fax {text}"


class Pigeon(Mail):
    def send(self, text: str) -> str:
        return f"pigeon {text}"


class HalfDone(Sender):
    """Still abstract: close() is missing."""

    def send(self, text: str) -> str:
        return text


class Unrelated:
    def send(self, text: str) -> str:
        return text


def type_dict(**changes: Any) -> dict[str, Any]:
    """Return what register_plugin_type() takes, with changes; ... drops a key."""
    return _changed(
        {"name": "sender", "manager": "tests.apps.otp", "interface": Sender}, changes
    )


def item_dict(**changes: Any) -> dict[str, Any]:
    """Return what register_plugin_item() takes, with changes; ... drops a key."""
    declaration = {
        "name": "mail",
        "module": "tests.apps.otp_sms",
        "type_name": "sender",
        "manager_name": "tests.apps.otp",
        "plugin_class": Mail,
    }
    return _changed(declaration, changes)


def _changed(declaration: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {**declaration, **changes}
    return {key: value for key, value in merged.items() if value is not ...}
