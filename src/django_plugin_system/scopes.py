"""Which request or task a lookup belongs to, and what has been found in it so far.

A scope ends with its request, though contexts that were copied in it live on, such as
those of background tasks: they then belong to no scope.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler

logger = logging.getLogger(__name__)

_serials = count()


class Scope:
    """One request or task: what its first lookup found holds until it ends."""

    __slots__ = ("__weakref__", "epoch", "found", "has_ended", "is_request", "outer")

    def __init__(self, outer: Scope | None = None, *, is_request: bool = False) -> None:
        self.outer = outer
        self.is_request = is_request
        self.has_ended = False
        self.epoch = 0
        """Another number whenever a transaction of the scope writes, and ends."""

        self.found: dict[str, tuple[int, Any]] = {}
        """By database alias: what was found, and the epoch in which it was asked for.

        Without the epoch, a thread that asks while another commits could store what
        was so before the commit after the other has been told to ask again.
        """

    def ask_again(self) -> None:
        """Let the next lookup ask the database."""
        # Never the same number twice, though two threads call this at once.
        self.epoch = next(_serials)

    def end(self) -> None:
        """Let nobody answer from this scope any more."""
        self.has_ended = True
        self.found = {}


_scope: ContextVar[Scope | None] = ContextVar("plugin_system_scope", default=None)

# Signals of ASGI requests are received in copies of the request's context, where
# setting a variable changes nothing for the view. But asgiref keeps an object for each
# request in all of them, so that all its synchronous code runs in one thread. Not
# documented; checked with asgiref 3.8 to 3.13 and Django 5.2 to 6.1.
_asgi_request = getattr(SyncToAsync, "thread_sensitive_context", None)
_of_asgi_requests: WeakKeyDictionary[ThreadSensitiveContext, Scope] = (
    WeakKeyDictionary()
)


def find_scope() -> Scope | None:
    """Return the request or task that is running, or None."""
    scope = _scope.get()
    while scope is not None:
        if not scope.has_ended:
            return scope
        scope = scope.outer
    request = find_asgi_request()
    return None if request is None else _of_asgi_requests.get(request)


@contextmanager
def fresh_plugins() -> Iterator[None]:
    """Make the block what a request is: its first lookup asks, the others remember."""
    scope = Scope(_scope.get())
    token = _scope.set(scope)
    try:
        yield
    finally:
        scope.end()
        _scope.reset(token)


@contextmanager
def ensure_scope() -> Iterator[None]:
    """Run the block in the request that it is part of, else in a scope of its own."""
    if find_scope() is not None:
        yield
        return
    with fresh_plugins():
        yield


def begin_request(*, sender: object, **kwargs: object) -> None:
    """Start the scope of a request; a receiver of request_started."""
    outer = _scope.get()
    while outer is not None and outer.is_request:
        # A request that was never closed, or one that this is simulated in.
        outer = outer.outer
    scope = Scope(outer, is_request=True)
    _scope.set(scope)
    request = find_asgi_request()
    if request is not None:
        _of_asgi_requests[request] = scope
    elif isinstance(sender, type) and issubclass(sender, ASGIHandler):
        logger.error(
            "ASGI requests cannot be told apart with these releases of Django and "
            "asgiref: answers can be as old as REFRESH_SECONDS. Add "
            "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE."
        )


def end_request(**kwargs: object) -> None:
    """End the scope of a request; a receiver of request_finished."""
    request = find_asgi_request()
    if request is not None and (scope := _of_asgi_requests.pop(request, None)):
        scope.end()
    scope = _scope.get()
    if scope is not None and scope.is_request:
        scope.end()
        _scope.set(scope.outer)


def begin_task(**kwargs: object) -> None:
    """Start the scope of a task, perhaps inside a request that waits for it."""
    _scope.set(Scope(_scope.get()))


def end_task(**kwargs: object) -> None:
    """End the scope of a task."""
    scope = _scope.get()
    if scope is not None and not scope.is_request:
        scope.end()
        _scope.set(scope.outer)


def find_asgi_request() -> ThreadSensitiveContext | None:
    """Return what asgiref keeps for the ASGI request that is running, or None."""
    return None if _asgi_request is None else _asgi_request.get(None)
