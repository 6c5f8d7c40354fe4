"""Which snapshot answers a lookup, and when the database is asked whether it may.

A request or task asks once, at its first lookup. Elsewhere an answer counts as fresh
for REFRESH_SECONDS. A transaction that has itself written reads its own rows.

Models are imported where they are used, so that ``helpers`` can be imported anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connections,
    router,
)

from ..conf import SETTING, get_conf
from ..exceptions import BlockingLookup
from ..own_writes import own_writes
from ..registry import plugins
from ..signals import generation_changed
from .snapshot import Compiled, Snapshot, compile_, compile_defaults, load

logger = logging.getLogger(__name__)


# Threads that miss the same generation wait that long for one of them to read it.
SINGLE_FLIGHT_SECONDS = 1.0


class Scope:
    """One request or task: what its first lookup found holds until it ends."""

    __slots__ = ("found", "writes")

    def __init__(self) -> None:
        self.found: dict[str, Compiled] = {}
        self.writes = own_writes.count

    def keep(self, compiled: Compiled, writes: int) -> None:
        if writes != self.writes:
            self.found = {}
            self.writes = writes
        self.found[compiled.snapshot.using] = compiled


@dataclass(frozen=True, slots=True)
class Shared:
    """What the threads of this process hand each other, replaced as a whole."""

    compiled: Compiled
    checked_at: float
    """When the database was asked last; minus infinity: it has to be, before use."""

    writes: int
    """own_writes.count of that moment."""

    failed_at: float | None = None
    """Since when the database has not answered."""


_scope: ContextVar[Scope | None] = ContextVar("plugin_system_scope", default=None)
_shared: dict[str, Shared] = {}
_defaults: dict[str, Compiled] = {}
_lock = Lock()


def current() -> Compiled:
    """Return the answers of the rows that the caller has to see now.

    Raises the database's error when it does not answer and no rows are known, or
    ON_DATABASE_ERROR says so; BlockingLookup where asking would block an event loop.
    """
    using = database()
    found = _in_memory(using)
    return found or _look(using)


async def acurrent() -> Compiled:
    """Do what current() does, without blocking the event loop."""
    using = database()
    found = _in_memory(using)
    return found or await sync_to_async(_look)(using)


def database() -> str:
    """Return the alias of the database that rows are read from."""
    # A replica may lag behind the switch that an operator has just made.
    if not router.routers:
        return DEFAULT_DB_ALIAS
    from ..models import PluginType

    return router.db_for_write(PluginType)


@contextmanager
def fresh_plugins() -> Iterator[None]:
    """Make the block what a request is: its first lookup asks, the others remember."""
    token = _scope.set(Scope())
    try:
        yield
    finally:
        _scope.reset(token)


def begin_scope(**kwargs: object) -> None:
    """Start what a request or task sees; a receiver of their signals."""
    _scope.set(Scope())


def end_scope(**kwargs: object) -> None:
    """End it; a receiver as well."""
    _scope.set(None)


def forget_all() -> None:
    """Drop every snapshot of this process; the next lookup reads the rows."""
    _shared.clear()
    _defaults.clear()
    own_writes.grow()


def forget_with_setting(*, setting: str, **kwargs: object) -> None:
    """Drop them when the setting changes; a receiver of setting_changed."""
    if setting == SETTING:
        forget_all()


def _in_memory(using: str) -> Compiled | None:
    # The way of nearly every lookup.
    if own_writes.open and own_writes.are_open(using):
        return None
    scope = _scope.get()
    if scope is None:
        return _fresh_enough(using)
    if scope.writes == own_writes.count:
        found = scope.found.get(using)
        if found is not None and found.version == plugins.version:
            return found
    return None


def _fresh_enough(using: str) -> Compiled | None:
    shared = _shared.get(using)
    if (
        shared is None
        or shared.writes != own_writes.count
        or shared.compiled.version != plugins.version
        or monotonic() - shared.checked_at >= get_conf().REFRESH_SECONDS
    ):
        return None
    return shared.compiled


def _look(using: str) -> Compiled:
    conf = get_conf()
    if conf.SAFE_MODE:
        return _without_rows(using)
    if _on_event_loop():
        # In a request even a young answer may be older than the request.
        raise BlockingLookup(
            "A plugin was asked for on an event loop, before this request has looked "
            "at the database, which would block the loop. Use 'await "
            "aget_plugin(...)', or add 'django_plugin_system.middleware.fresh_plugins' "
            "to MIDDLEWARE, which looks before the view is called."
        )
    if own_writes.are_open(using):
        return compile_(load(using, None), plugins)
    # Counted and timed before the database is asked: what happens meanwhile is later.
    writes, now = own_writes.count, monotonic()
    try:
        compiled = _ask(using, now, conf.RELOAD_SECONDS)
    except (OperationalError, InterfaceError) as error:
        return _without_database(using, error, now)
    _share(compiled, now, writes)
    if scope := _scope.get():
        scope.keep(compiled, writes)
    return compiled


def _without_rows(using: str) -> Compiled:
    found = _defaults.get(using)
    if found is None or found.version != plugins.version:
        found = _defaults[using] = compile_defaults(using, plugins)
    return found


def _ask(using: str, now: float, reload_seconds: float) -> Compiled:
    # The token first, then the rows. A change committed in between starts another
    # generation, so rows that are too new for their label only cost one more look.
    from ..models.generation import find_token

    token = find_token(using)
    known = _known(using, token, now, reload_seconds)
    if known is None:
        # Bounded, since a thread that is waited for may itself wait for a lock that
        # this one's transaction holds.
        acquired = _lock.acquire(timeout=SINGLE_FLIGHT_SECONDS)
        try:
            known = _known(using, token, now, reload_seconds)
            known = known or compile_(load(using, token), plugins)
        finally:
            if acquired:
                _lock.release()
    if known.version != plugins.version:
        known = compile_(known.snapshot, plugins)
    return known


def _known(
    using: str, token: UUID | None, now: float, reload_seconds: float
) -> Compiled | None:
    shared = _shared.get(using)
    if shared is None or token is None:
        return None
    snapshot = shared.compiled.snapshot
    is_current = snapshot.token == token and now - snapshot.loaded_at < reload_seconds
    return shared.compiled if is_current else None


def _share(compiled: Compiled, now: float, writes: int) -> None:
    using = compiled.snapshot.using
    before = _shared.get(using)
    connection = connections[using]
    if connection.in_atomic_block or not connection.get_autocommit():
        # Perhaps an old view of the rows (REPEATABLE READ): right under its label, but
        # nobody may take it for the latest.
        now = float("-inf")
        if _is_label_known(before, compiled):
            return
    elif before and before.checked_at > now:
        return
    _shared[using] = Shared(compiled, now, writes)
    _tell(before, compiled.snapshot)


def _is_label_known(before: Shared | None, compiled: Compiled) -> bool:
    return (
        before is not None
        and before.failed_at is None
        and before.compiled.snapshot.token == compiled.snapshot.token
    )


def _tell(before: Shared | None, snapshot: Snapshot) -> None:
    if before and before.failed_at is not None:
        logger.warning("Database %r answers again.", snapshot.using)
    old = before.compiled.snapshot.token if before else None
    if old != snapshot.token:
        logger.info(
            "Plugin selection moves to generation %s of database %r.",
            snapshot.token,
            snapshot.using,
        )
        generation_changed.send(
            sender=Snapshot, using=snapshot.using, before=old, after=snapshot.token
        )


def _without_database(using: str, error: Exception, now: float) -> Compiled:
    connection = connections[using]
    if not connection.in_atomic_block:
        # Otherwise a process without requests would keep the broken connection.
        connection.close_if_unusable_or_obsolete()
    shared = _shared.get(using)
    if shared is None or get_conf().ON_DATABASE_ERROR == "raise":
        raise error
    if shared.failed_at is None:
        logger.error(
            "Database %r does not answer (%s); plugins are selected from the rows "
            "that were read %.0f seconds ago.",
            using,
            error,
            now - shared.compiled.snapshot.loaded_at,
        )
        shared = replace(shared, failed_at=now)
        _shared[using] = shared
    if shared.compiled.version != plugins.version:
        return compile_(shared.compiled.snapshot, plugins)
    return shared.compiled


def _on_event_loop() -> bool:
    if os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _after_fork() -> None:
    global _lock
    # Another thread of the parent may have held it.
    _lock = Lock()


os.register_at_fork(after_in_child=_after_fork)
