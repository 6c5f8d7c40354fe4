"""The interface of the seed's notification example."""

from __future__ import annotations

from abc import ABC, abstractmethod


class AbstractNotifier(ABC):
    @abstractmethod
    def send(self, user: object, message: str) -> str: ...
