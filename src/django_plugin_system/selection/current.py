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
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DEFAULT_DB_ALIAS, Error, connections, router

from ..conf import SETTING, get_conf
from ..exceptions import BlockingLookup
from ..own_writes import own_writes
from ..register import origin_of
from ..registry import plugins
from ..rows import Rows
from ..scopes import Found, Scope, find_scope
from ..signals import generation_changed
from ..specs import TypeKey
from .snapshot import Compiled, Snapshot, compile_, compile_defaults, take

if TYPE_CHECKING:
    from ..models.generation import Stamp

logger = logging.getLogger(__name__)


# Threads that miss the same generation wait that long for one of them to read it.
SINGLE_FLIGHT_SECONDS = 1.0
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the threads of this process hand each other, replaced as a whole."""

    compiled: Compiled
    checked_at: float
    """When the database was asked last; NEVER: it has to be, before use."""

    epoch: int
    """own_writes.epoch of that moment."""

    failed_at: float | None = None
    """Since when the database has not answered."""


class Answer(NamedTuple):
    """What a look has come to."""

    compiled: Compiled
    may_be_kept: bool = True
    """Whether it is more than what an open transaction sees just now."""


_shared: dict[str, Shared] = {}
_defaults: dict[str, Compiled] = {}
_lock = Lock()


def current(wanted: object = None) -> Compiled:
    """Return the answers of the rows that the caller has to see now.

    Where memory has none, and a test overrides what is ``wanted``, a type's key or its
    interface, the database is not asked.
    Raises the database's error when it does not answer and no rows are known, or
    ON_DATABASE_ERROR says so; BlockingLookup where asking would block an event loop.
    """
    using = database() if router.routers else DEFAULT_DB_ALIAS
    scope = find_scope()
    if scope is None:
        # Always, rather than only when memory happens to have no young answer.
        overridden = _refuse_to_block(using, None, wanted)
        return overridden or _find_young(using) or _look(using, None, wanted)
    # The way of nearly every lookup.
    found = scope.found.get(using)
    if (
        found is not None
        and found.epoch == scope.epoch
        and found.until > monotonic()
        and found.compiled.version == plugins.version
        and not (own_writes.open and own_writes.are_open(using))
    ):
        return found.compiled  # type: ignore[no-any-return]  # scopes know no more
    return _look(using, scope, wanted)


async def acurrent(wanted: object = None) -> Compiled:
    """Do what current() does, without blocking the event loop."""
    using = database()
    scope = find_scope()
    if not own_writes.open:
        compiled = _find_young(using) if scope is None else _find_kept(scope, using)
        if compiled:
            return compiled
    if compiled := _find_overridden(using, wanted):
        return compiled
    epoch = scope.epoch if scope else 0
    # Only in its thread can be told whether a transaction has written: connections
    # belong to threads.
    compiled = await sync_to_async(current)()
    if scope:
        _keep(scope.for_loop, scope, epoch, using, compiled)
    return compiled


def database() -> str:
    """Return the alias of the database that rows are read from."""
    # A replica may lag behind the switch that an operator has just made.
    if not router.routers:
        return DEFAULT_DB_ALIAS
    from ..models import PluginType

    return router.db_for_write(PluginType)


def forget_all() -> None:
    """Drop every snapshot of this process; the next lookup reads the rows."""
    _shared.clear()
    _defaults.clear()
    own_writes.ask_again(find_scope())


def forget_with_setting(*, setting: str, **kwargs: object) -> None:
    """Drop them when the setting changes; a receiver of setting_changed."""
    if setting == SETTING:
        forget_all()


# In memory


def _find_young(using: str) -> Compiled | None:
    shared = _shared.get(using)
    if (
        shared is None
        or shared.epoch != own_writes.epoch
        or shared.compiled.version != plugins.version
        or monotonic() - shared.checked_at >= get_conf().REFRESH_SECONDS
        or (own_writes.open and own_writes.are_open(using))
    ):
        return None
    return shared.compiled


def _find_kept(scope: Scope, using: str) -> Compiled | None:
    for kept in (scope.found, scope.for_loop):
        found = kept.get(using)
        if (
            found is not None
            and found.epoch == scope.epoch
            and found.until > monotonic()
            and found.compiled.version == plugins.version
        ):
            compiled: Compiled = found.compiled
            return compiled
    return None


def _keep(
    kept: dict[str, Found], scope: Scope, epoch: int, using: str, compiled: Compiled
) -> None:
    if not scope.has_ended:
        until = monotonic() + get_conf().RELOAD_SECONDS
        kept[using] = Found(epoch, until, compiled)


# Asking the database


def _look(using: str, scope: Scope | None, wanted: object) -> Compiled:
    if compiled := _find_overridden(using, wanted):
        return compiled
    if get_conf().SAFE_MODE:
        return _without_rows(using)
    if compiled := _refuse_to_block(using, scope, wanted):
        return compiled
    if own_writes.are_open(using):
        return _load(using, None)[0]
    # Noted before the database is asked: what happens meanwhile is later.
    scope_epoch = scope.epoch if scope else 0
    epoch, now = own_writes.epoch, monotonic()
    try:
        answer = _ask_again_if_disconnected(using, now, epoch)
    except Error as error:
        if not _is_outage(using):
            _advise(using, error)
            raise
        answer = Answer(_without_database(using, error, epoch))
    if scope and answer.may_be_kept:
        _keep(scope.found, scope, scope_epoch, using, answer.compiled)
    return answer.compiled


def _without_rows(using: str) -> Compiled:
    found = _defaults.get(using)
    if found is None or found.version != plugins.version:
        found = _defaults[using] = compile_defaults(using, plugins)
    return found


def _find_overridden(using: str, wanted: object) -> Compiled | None:
    if not plugins.overrides():
        return None
    if isinstance(wanted, tuple):
        wanted = TypeKey(wanted[0], origin_of(wanted[1]))
    if plugins.find_override(wanted) is None:
        return None
    nothing = Rows(types=(), items=())
    return compile_(take(using, None, nothing, monotonic()), plugins)


def _refuse_to_block(
    using: str, scope: Scope | None, wanted: object
) -> Compiled | None:
    """Return what may answer on an event loop, or raise; None where none is running."""
    if not _is_on_event_loop() or get_conf().SAFE_MODE:
        return None
    if scope and (compiled := _find_kept(scope, using)):
        return compiled
    if compiled := _find_overridden(using, wanted):
        return compiled
    raise BlockingLookup(
        "A plugin was asked for on an event loop, and to answer from memory this "
        "request would have to have looked before, and not have written plugin rows "
        "since. Use 'await aget_plugin(...)', or add "
        "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE, which looks "
        "before the view is called."
    )


def _is_on_event_loop() -> bool:
    if os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _ask_again_if_disconnected(using: str, now: float, epoch: int) -> Answer:
    # A server that has been restarted is there, though an old connection to it is not.
    was_connected = connections[using].connection is not None
    try:
        return _ask(using, now, epoch)
    except Error:
        if not was_connected or not _is_outage(using):
            raise
        connections[using].close()
        return _ask(using, now, epoch)


def _ask(using: str, now: float, epoch: int) -> Answer:
    # The stamp first, then the rows. A change committed in between starts another
    # generation, so rows that are too new for their label only cost one more look.
    from ..models.generation import find_stamp

    stamp = find_stamp(using)
    known = _find_known(using, stamp, now)
    if known is None:
        with _one_at_a_time():
            known = _find_known(using, stamp, now)
            if known is None:
                return _load_and_share(using, stamp, now, epoch)
    if known.version != plugins.version:
        known = compile_(known.snapshot, plugins)
    _share(known, now, epoch)
    return Answer(known)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    # Bounded, since a thread that is waited for may itself wait for a database lock
    # that the transaction of this one holds.
    acquired = _lock.acquire(timeout=SINGLE_FLIGHT_SECONDS)
    try:
        yield
    finally:
        if acquired:
            _lock.release()


def _find_known(using: str, stamp: Stamp | None, now: float) -> Compiled | None:
    shared = _shared.get(using)
    if shared is None or stamp is None:
        return None
    snapshot = shared.compiled.snapshot
    is_young = now - snapshot.loaded_at < get_conf().RELOAD_SECONDS
    return shared.compiled if is_young and snapshot.token == stamp.token else None


def _load_and_share(using: str, stamp: Stamp | None, now: float, epoch: int) -> Answer:
    compiled, rows = _load(using, stamp.token if stamp else None)
    # A transaction may have changed rows by SQL, and be rolled back yet: what it sees
    # is for others only if a write through the ORM has left just these rows.
    if _is_in_transaction(using) and (not stamp or stamp.digest != rows.digest()):
        return Answer(compiled, may_be_kept=False)
    _share(compiled, now, epoch)
    return Answer(compiled)


def _load(using: str, token: UUID | None) -> tuple[Compiled, Rows]:
    from ..models.generation import read_rows

    started = monotonic()
    rows = read_rows(using)
    return compile_(take(using, token, rows, started), plugins), rows


def _share(compiled: Compiled, now: float, epoch: int) -> None:
    using = compiled.snapshot.using
    before = _shared.get(using)
    if before and before.checked_at > now:
        return
    if _is_in_transaction(using):
        # Perhaps an old view of the rows (REPEATABLE READ): right under its label, but
        # nobody may take it for the latest.
        now = NEVER
        if before and before.failed_at is None and _is_same(before, compiled):
            now, epoch = before.checked_at, before.epoch
    _shared[using] = Shared(compiled, now, epoch)
    _tell(before, compiled.snapshot)


def _is_same(before: Shared, compiled: Compiled) -> bool:
    return before.compiled.snapshot.token == compiled.snapshot.token


def _is_in_transaction(using: str) -> bool:
    # get_autocommit() would connect, and so end what a broken connection had begun.
    connection = connections[using]
    return connection.in_atomic_block or (
        connection.connection is not None and not connection.autocommit
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
        generation_changed.send_robust(
            sender=Snapshot, using=snapshot.using, before=old, after=snapshot.token
        )


# When it fails


def _is_outage(using: str) -> bool:
    # A lock that was waited for too long is none. And a transaction is lost with its
    # connection: whoever has begun it has to hear of that.
    connection = connections[using]
    if _is_in_transaction(using):
        return False
    return connection.connection is None or not connection.is_usable()


def _advise(using: str, error: Error) -> None:
    # SQLite, PostgreSQL, MariaDB.
    if any(text in str(error) for text in ("no such", "not exist", "n't exist")):
        error.add_note(
            "Are the tables of django_plugin_system missing? "
            f"'manage.py migrate --database {using}' makes them."
        )


def _without_database(using: str, error: Error, epoch: int) -> Compiled:
    # Otherwise a process without requests would keep the broken connection.
    connections[using].close()
    # Only now, since it may have taken long to fail.
    now = monotonic()
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
    # Asked again by the next request, elsewhere after REFRESH_SECONDS.
    failed_at = now if shared.failed_at is None else shared.failed_at
    _shared[using] = replace(shared, checked_at=now, epoch=epoch, failed_at=failed_at)
    if shared.compiled.version != plugins.version:
        return compile_(shared.compiled.snapshot, plugins)
    return shared.compiled


def _after_fork() -> None:
    global _lock
    # Another thread of the parent may have held it.
    _lock = Lock()


os.register_at_fork(after_in_child=_after_fork)
