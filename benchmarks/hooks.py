"""The same choice among ten plugins, made by pluggy."""

from __future__ import annotations

from typing import Any

import pluggy

from .plugins import Mail, Sender

specify = pluggy.HookspecMarker("benchmarks")
implement = pluggy.HookimplMarker("benchmarks")


class HookSpecs:
    @specify(firstresult=True)
    def get_sender(self) -> Sender: ...


class HookImplementations:
    @implement
    def get_sender(self) -> Sender:
        return Mail()


def hooks() -> Any:
    """Return the hooks of a manager with ten plugins."""
    manager = pluggy.PluginManager("benchmarks")
    manager.add_hookspecs(HookSpecs)
    for number in range(10):
        manager.register(HookImplementations(), name=f"mail{number}")
    return manager.hook
