"""One type, and an item for each name."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django_plugin_system import plugin, plugin_type

from .names import NAMES


@plugin_type("carrier")
class AbstractCarrier(ABC):
    name: str

    @abstractmethod
    def carry(self) -> None: ...


def make_carrier(name: str, priority: int) -> None:
    """Declare an item whose objects know what it is called."""

    @plugin(AbstractCarrier, name, priority=priority)
    class Carrier(AbstractCarrier):
        def carry(self) -> None: ...

    Carrier.name = name


for priority, name in enumerate(NAMES):
    make_carrier(name, priority)
