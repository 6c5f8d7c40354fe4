"""What is looked up, declared in words that release 1.1.0 knows too."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django_plugin_system.register import register_plugin_item, register_plugin_type


class Sender(ABC):
    @abstractmethod
    def send(self, text: str) -> str: ...


class Mail(Sender):
    def send(self, text: str) -> str:
        return text


def declare(count: int) -> None:
    """Register one plugin type with ``count`` items."""
    register_plugin_type(
        {"name": "sender", "manager": "benchmarks", "interface": Sender}
    )
    for number in range(count):
        register_plugin_item(
            {
                "name": f"mail{number}",
                "module": "benchmarks",
                "type_name": "sender",
                "manager_name": "benchmarks",
                "plugin_class": Mail,
            }
        )
