"""Which request or task a lookup belongs to, and what has been found in it so far.

A scope ends with its request, though contexts that were copied in it live on, such as
those of background tasks: they then belong to no scope.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

logger = logging.getLogger(__name__)

SERVERS = (ASGIHandler, WSGIHandler)

# From 1, since 0 is what every scope begins with.
_serials = count(1)


class Found(NamedTuple):
    """What a lookup has found, and how long that may answer in its scope."""

    epoch: int
    """The scope's, before the database was asked."""

    since: float
    until: float
    """On the clock of freshness: a stream may last for hours, or its end be lost."""

    compiled: Any


class Scope:
    """One request or task: what its first lookup found holds until it ends."""

    __slots__ = (
        "__weakref__",
        "epoch",
        "for_loop",
        "found",
        "handler",
        "has_ended",
        "is_request",
        "outer",
    )

    def __init__(
        self,
        outer: Scope | None = None,
        *,
        is_request: bool = False,
        handler: type | None = None,
    ) -> None:
        self.outer = outer
        self.is_request = is_request
        self.handler = handler
        """What serves the request, if a server does: only it says when that ends."""

        self.has_ended = False
        self.epoch = 0
        """Another number whenever a transaction that began in the scope, or in one
        inside of it, writes, and ends."""

        self.found: dict[str, Found] = {}
        """What was found, by database alias.

        Without its epoch, a thread that asks while another commits could store what
        was so before the commit after the other has been told to ask again.
        """

        self.for_loop: dict[str, Found] = {}
        """Likewise, but seen in an open transaction: for an event loop that waits."""

    def ask_again(self) -> None:
        """Let the next lookup ask the database, here and in the scopes around."""
        # Never the same number twice, though two threads call this at once.
        self.epoch = next(_serials)
        if self.outer is not None:
            self.outer.ask_again()

    def end(self) -> None:
        """Have nobody answer from this scope any more."""
        self.has_ended = True
        self.found = {}
        self.for_loop = {}


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
    scope = None if request is None else _of_asgi_requests.get(request)
    return None if scope is None or scope.has_ended else scope


@contextmanager
def fresh_plugins() -> Iterator[None]:
    """Make the block what a request is: its first lookup asks, the others remember."""
    before = _scope.get()
    scope = Scope(find_scope())
    _scope.set(scope)
    try:
        yield
    finally:
        scope.end()
        # Not by a token, since a generator may be closed in another context.
        _scope.set(before)


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
    # The test client is none of these, and may be used while a server's request runs.
    handler = (
        sender if isinstance(sender, type) and issubclass(sender, SERVERS) else None
    )
    outer = _scope.get()
    while outer is not None and outer.is_request and (handler or not outer.handler):
        # It has come to no end, such as one whose client went away.
        outer.end()
        outer = outer.outer
    scope = Scope(outer, is_request=True, handler=handler)
    _scope.set(scope)
    request = find_asgi_request()
    if request is not None and handler:
        _of_asgi_requests[request] = scope
    elif handler and issubclass(handler, ASGIHandler):
        logger.error(
            "ASGI requests cannot be told apart with these releases of Django and "
            "asgiref: answers can be as old as REFRESH_SECONDS. Add "
            "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE."
        )


def end_request(*, sender: object, **kwargs: object) -> None:
    """End the scope of a request; a receiver of request_finished.

    Every response that is closed sends that, also one that middleware has replaced; but
    only the one that was served says by which handler.
    """
    request = find_asgi_request()
    if request is not None:
        scope = _of_asgi_requests.get(request)
        if scope is not None and scope.handler is sender:
            scope.end()
    scope = _scope.get()
    if scope is not None and scope.is_request and scope.handler is sender:
        scope.end()
        _scope.set(scope.outer)


def begin_task(**kwargs: object) -> None:
    """Start the scope of a task, perhaps inside a request that waits for it."""
    _scope.set(Scope(find_scope()))


def end_task(**kwargs: object) -> None:
    """End the scope of a task."""
    scope = _scope.get()
    if scope is not None and not scope.is_request:
        scope.end()
        _scope.set(scope.outer)


def find_asgi_request() -> ThreadSensitiveContext | None:
    """Return what asgiref keeps for the ASGI request that is running, or None."""
    return None if _asgi_request is None else _asgi_request.get(None)


def _after_fork() -> None:
    # A child that goes on in a request is told nothing of the request's end.
    scope = _scope.get()
    while scope is not None:
        scope.end()
        scope = scope.outer
    for scope in _of_asgi_requests.values():
        scope.end()


os.register_at_fork(after_in_child=_after_fork)
