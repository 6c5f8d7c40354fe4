"""What a process of the site, a thread of it or a child can be told to do."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.db.models import Case, Value, When

from django_plugin_system import fresh_plugins, get_plugin
from django_plugin_system.models import PluginItem

from .plugins import AbstractCarrier
from .wsgi import application

LIBRARY = "django_plugin_system"

local = threading.local()


def visit(path: str = "/who/") -> str:
    """Do what a server does with a request; raise what the view has raised."""
    failures: list[BaseException | None] = []

    def note(**kwargs: object) -> None:
        failures.append(sys.exception())

    parts = urlsplit(path)
    environ: dict[str, Any] = {
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "wsgi.input": BytesIO(),
    }
    setup_testing_defaults(environ)
    got_request_exception.connect(note)
    response = application(environ, lambda status, headers: None)
    got_request_exception.disconnect(note)
    text = b"".join(response).decode()
    response.close()
    if failures and failures[0]:
        raise failures[0]
    return text


def ask(pause_at: str = "") -> str:
    """Ask as a job does; a thread can pause before a statement that has this text."""
    pausing = connection.execute_wrapper(_pause(pause_at)) if pause_at else None
    with pausing or nullcontext(), fresh_plugins():
        return get_plugin(AbstractCarrier).name


def look() -> str:
    """Ask outside any request or job."""
    return get_plugin(AbstractCarrier).name


def choose(name: str) -> None:
    """Make one item the first, in one statement."""
    first = Case(When(name=name, then=Value(0)), default=Value(1))
    PluginItem.objects.update(priority=first)


def begin() -> None:
    local.transaction = transaction.atomic()
    local.transaction.__enter__()


def commit() -> None:
    local.transaction.__exit__(None, None, None)


def roll_back() -> None:
    transaction.set_rollback(True)
    commit()


def hold_locks() -> int:
    """Hold each lock of the library until told to go on; return how many it has."""
    with ExitStack() as held:
        locks = list(_locks())
        for lock in locks:
            held.enter_context(lock)
        threading.current_thread().pause("all locks are held")
        return len(locks)


def _locks() -> Iterator[Any]:
    # Whatever they are called: those of its modules, and of the objects in them.
    kinds = (type(threading.Lock()), type(threading.RLock()))
    modules = [name for name in sys.modules if name.split(".")[0] == LIBRARY]
    values = {
        id(each): each for name in modules for each in vars(sys.modules[name]).values()
    }
    for value in values.values():
        if isinstance(value, kinds):
            yield value
        elif type(value).__module__.split(".")[0] == LIBRARY:
            yield from (each for each in _parts(value) if isinstance(each, kinds))


def _parts(value: object) -> list[object]:
    slots = [getattr(value, name, None) for name in getattr(value, "__slots__", ())]
    return [*slots, *getattr(value, "__dict__", {}).values()]


def _pause(text: str) -> Callable[..., Any]:
    paused = False

    def pause(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        nonlocal paused
        if text in sql and not paused:
            paused = True
            threading.current_thread().pause(sql)
        return execute(sql, params, many, context)

    return pause


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order
    for order in (ask, begin, choose, commit, hold_locks, look, roll_back, visit)
}
