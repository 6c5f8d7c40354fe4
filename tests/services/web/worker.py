"""A process of the site that takes orders, as ``tests.services.worker`` does."""

from __future__ import annotations

import logging
import sys
import threading
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.core.signals import got_request_exception
from django.db.models import Case, Value, When

from tests.services import worker

from .plugins import AbstractCarrier
from .wsgi import application

from django_plugin_system import get_plugin  # isort: skip  # needs apps
from django_plugin_system.models import PluginItem  # isort: skip  # needs them too


class Records(logging.Handler):
    """Keeps what the library logs until somebody asks for it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.kept: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((record.levelname, record.getMessage()))


records = Records()
failures: list[BaseException | None] = []


# Orders


def visit(path: str = "/who/") -> str:
    """Do what a server does with a request; raise what the view has raised."""
    failures.clear()
    parts = urlsplit(path)
    environ: dict[str, Any] = {
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "wsgi.input": BytesIO(),
    }
    setup_testing_defaults(environ)
    response = application(environ, lambda status, headers: None)
    text = b"".join(response).decode()
    response.close()
    if failures:
        raise failures[0]
    return text


def look() -> str:
    """Ask outside any request."""
    return get_plugin(AbstractCarrier).name


def choose(name: str) -> None:
    """Make one item the first, in one statement."""
    first = Case(When(name=name, then=Value(0)), default=Value(1))
    PluginItem.objects.update(priority=first)


def logged() -> list[tuple[str, str]]:
    """Return what the library has logged since the last time."""
    found = records.kept[:]
    records.kept.clear()
    return found


def thread_names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


ORDERS = {
    **worker.ORDERS,
    **{order.__name__: order for order in (choose, logged, look, thread_names, visit)},
}


def note_failure(**kwargs: object) -> None:
    failures.append(sys.exception())


def main() -> None:
    got_request_exception.connect(note_failure)
    logger = logging.getLogger("django_plugin_system")
    logger.setLevel(logging.INFO)
    logger.addHandler(records)
    worker.main(ORDERS)


if __name__ == "__main__":
    main()
