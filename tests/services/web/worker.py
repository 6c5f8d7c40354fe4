"""A process of the site that takes orders, as ``tests.services.worker`` does."""

from __future__ import annotations

import logging
import threading

# Sets Django up, which the others need.
from tests.services import worker

from .actors import ACTOR_ORDERS, dismiss
from .children import CHILD_ORDERS, forget_children
from .orders import ORDERS


class Records(logging.Handler):
    """Keeps what the library logs until somebody asks for it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.kept: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((record.levelname, record.getMessage()))


records = Records()


def logged() -> list[tuple[str, str]]:
    """Return what the library has logged since the last time."""
    found = records.kept[:]
    records.kept.clear()
    return found


def thread_names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def forget() -> None:
    """Be like new: no threads, no children, no records."""
    dismiss()
    forget_children()
    logged()


def main() -> None:
    logger = logging.getLogger("django_plugin_system")
    logger.setLevel(logging.INFO)
    logger.addHandler(records)
    own = {"forget": forget, "logged": logged, "thread_names": thread_names}
    worker.main({**ORDERS, **ACTOR_ORDERS, **CHILD_ORDERS, **own})


if __name__ == "__main__":
    main()
