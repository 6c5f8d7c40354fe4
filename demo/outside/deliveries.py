"""What has arrived outside, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Delivery:
    via: str
    """How it arrived: by mail or by SMS."""

    sender: str
    """The plugin that sent it."""

    to: str
    text: str


class Inbox:
    """Deliveries of every receiver, which run in threads of their own."""

    def __init__(self) -> None:
        self._deliveries: list[Delivery] = []
        self._lock = Lock()

    def add(self, delivery: Delivery) -> None:
        with self._lock:
            self._deliveries.insert(0, delivery)

    def all(self) -> list[Delivery]:
        with self._lock:
            return list(self._deliveries)


inbox = Inbox()
