"""A process of the site that takes orders; see ``tests.services.lines``."""

from __future__ import annotations

import logging
import threading

import django

django.setup()

from tests.services.lines import listen  # noqa: E402  # with those that need apps

from .actors import ACTOR_ORDERS, dismiss  # noqa: E402
from .children import CHILD_ORDERS, forget_children  # noqa: E402
from .orders import ORDERS  # noqa: E402


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
    listen({**ORDERS, **ACTOR_ORDERS, **CHILD_ORDERS, **own})


if __name__ == "__main__":
    main()
