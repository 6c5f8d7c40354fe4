"""Which snapshot answers a lookup, and when the database is asked whether it may.

A request or task asks once, at its first lookup. Elsewhere an answer counts as fresh
for REFRESH_SECONDS. A transaction that has itself written reads its own rows.

Models are imported where they are used, so that ``helpers`` can be imported anywhere.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time

# get_running_loop() raises where no loop runs, which would cost more than all else
# that a lookup does there. This is meant for event loops, but exported by asyncio.
from asyncio import _get_running_loop
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from threading import Lock
from types import FrameType
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.exceptions import AppRegistryNotReady
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from ..clock import monotonic
from ..conf import SETTING, get_conf
from ..exceptions import BlockingLookup
from ..own_writes import own_writes
from ..register import discover_once
from ..registry import plugins
from ..rows import Rows, Stamp
from ..scopes import Found, Scope, find_scope
from ..signals import generation_changed
from .snapshot import Compiled, Snapshot, compile_, compile_defaults, complete, take


logger = logging.getLogger(__name__)


# A thread in a transaction waits that long for another one to read, and then reads.
WAIT_SECONDS = 1.0
SLICE_SECONDS = 0.05
# Of so much time, one part may go into reading all rows once more.
PAUSE = 100
# A process that is behind tries so often to read what has changed, and then reads all.
CATCH_UPS = 3
NEVER = float("-inf")

# A pool may hand out so many dead connections, one after the other, before a live one.
MOST_DEAD = 100

# PostgreSQL's code for it, in every language.
UNDEFINED_TABLE = "42P01"

# Where Python keeps the code that imports modules.
IMPORTLIB = "<frozen importlib._bootstrap>"

_serials = count(1)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the threads of this process hand each other, replaced as a whole."""

    compiled: Compiled
    checked_at: float
    """When the database was asked last; NEVER: it has to be, before use."""

    epoch: int
    """own_writes.epoch of that moment."""

    serial: int
    """Of the look that it comes from."""

    is_failing: bool = False
    """Whether the database has not answered since."""


class Look(NamedTuple):
    """When a look at the database began; what happens meanwhile is later."""

    at: float
    epoch: int
    """own_writes.epoch of that moment."""

    serial: int
    """Higher than that of every look before; a clock can be set back."""


class Answer(NamedTuple):
    """What a look has come to."""

    compiled: Compiled
    may_be_kept: bool = True
    """Whether it is more than what an open transaction sees just now."""


_shared: dict[str, Shared] = {}
_defaults: dict[str, Compiled] = {}
_reading: dict[str, Lock] = {}
"""By alias; whoever has it reads."""


def current() -> Compiled:
    """Return the answers of the rows that the caller has to see now.

    Raises the database's error when it does not answer and no rows are known, or
    ON_DATABASE_ERROR says so; BlockingLookup where asking would block an event loop.
    """
    using = database() if router.routers else DEFAULT_DB_ALIAS
    scope = find_scope()
    if scope is None:
        # Always, rather than only when memory happens to have no young answer.
        if _get_running_loop() is not None:
            _refuse_to_block(using, None)
        return _find_young(using) or _look(using, None)
    # The way of nearly every lookup.
    found = scope.found.get(using)
    if (
        found is not None
        and found.epoch == scope.epoch
        and found.since <= monotonic() < found.until
        and found.compiled.version == plugins.version
        and not (own_writes.open and own_writes.are_open(using))
    ):
        return found.compiled  # type: ignore[no-any-return]  # scopes know no more
    return _look(using, scope)


async def acurrent() -> Compiled:
    """Do what current() does, without blocking the event loop."""
    using = database()
    scope = find_scope()
    if not own_writes.open:
        compiled = _find_young(using) if scope is None else _find_kept(scope, using)
        if compiled:
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
    _refuse_before_models()
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
        or not 0 <= monotonic() - shared.checked_at < get_conf().REFRESH_SECONDS
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
            and found.since <= monotonic() < found.until
            and found.compiled.version == plugins.version
        ):
            compiled: Compiled = found.compiled
            return compiled
    return None


def _keep(
    kept: dict[str, Found], scope: Scope, epoch: int, using: str, compiled: Compiled
) -> None:
    if not scope.has_ended:
        since = monotonic()
        until = since + get_conf().RELOAD_SECONDS
        kept[using] = Found(epoch, since, until, compiled)


# Asking the database


def _look(using: str, scope: Scope | None) -> Compiled:
    _see_to_declarations()
    if get_conf().SAFE_MODE:
        return _without_rows(using)
    if compiled := _refuse_to_block(using, scope):
        return compiled
    if own_writes.are_open(using):
        return _load(connections[using], None)[0]
    # Noted before the database is asked: what happens meanwhile is later.
    scope_epoch = scope.epoch if scope else 0
    look = Look(monotonic(), own_writes.epoch, next(_serials))
    try:
        answer = _ask_while_disconnected(connections[using], look)
    except Error as error:
        if not _are_tables_missing(using, error):
            raise
        return _without_tables(using, error)
    if isinstance(answer, Error):
        answer = Answer(_without_database(using, answer, look))
    if scope and answer.may_be_kept:
        _keep(scope.found, scope, scope_epoch, using, answer.compiled)
    return answer.compiled


def _without_rows(using: str) -> Compiled:
    found = _defaults.get(using)
    if found is None or found.version != plugins.version:
        found = _defaults[using] = compile_defaults(using, plugins)
    return found


def _refuse_to_block(using: str, scope: Scope | None) -> Compiled | None:
    """Return what may answer on an event loop, or raise; None where none is running."""
    if not _is_on_event_loop() or get_conf().SAFE_MODE:
        return None
    if scope and (compiled := _find_kept(scope, using)):
        return compiled
    raise BlockingLookup(
        "A plugin was asked for on an event loop, and to answer from memory this "
        "request would have to have looked before, and not have written plugin rows "
        "since. Use 'await aget_plugin(...)', or add "
        "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE, which looks "
        "before the view is called."
    )


def _is_on_event_loop() -> bool:
    if _get_running_loop() is None:
        return False
    return not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")


def _ask_while_disconnected(
    connection: BaseDatabaseWrapper, look: Look
) -> Answer | Error:
    """Return an answer, or the error of a database that does not answer."""
    # One that has been restarted is there, though old connections to it are not: that
    # of the thread, or those that a pool hands out. It is away only where a new one
    # cannot be made.
    for _ in range(MOST_DEAD):
        try:
            return _ask(connection, look)
        except Error as error:
            if not _is_outage(connection):
                raise
            lost = error
            was_made_now = connection.connection is None
            connection.close()
        if _has_pool(connection):
            # As many may be dead as fit in it, and none may be left by others.
            with closing(_past_pool(connection)) as of_its_own:
                return _ask_while_disconnected(of_its_own, look)
        if was_made_now:
            break
    return lost


def _has_pool(connection: BaseDatabaseWrapper) -> bool:
    return bool(connection.settings_dict["OPTIONS"].get("pool"))


def _past_pool(connection: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    options = dict(connection.settings_dict["OPTIONS"])
    del options["pool"]
    settings = {**connection.settings_dict, "OPTIONS": options}
    return type(connection)(settings, connection.alias)


def _ask(connection: BaseDatabaseWrapper, look: Look) -> Answer:
    # The stamp first, then the rows. A change committed in between starts another
    # generation, so rows that are too new for their label only cost one more look.
    from ..models.generation import find_stamp

    using = connection.alias
    stamp = find_stamp(using, connection)
    known = _find_known(using, stamp)
    if known is None or _is_old(known):
        with _turn(connection, can_go_on=known is not None) as is_mine:
            # Another thread may have read, for a look that began after this one.
            newer = _find_newer(using, look)
            if newer is None and is_mine:
                return _load_and_share(connection, stamp, look)
            known = newer or known
    assert known
    if known.version != plugins.version:
        known = compile_(known.snapshot, plugins)
    _share(connection, known, look)
    return Answer(known)


@contextmanager
def _turn(connection: BaseDatabaseWrapper, *, can_go_on: bool) -> Iterator[bool]:
    """Let one thread read at a time; tell whether it is this one's turn.

    A thread that can go on with what it knows does not wait.
    """
    lock = _reading.setdefault(connection.alias, Lock())
    is_mine = lock.acquire(blocking=False)
    # A thread that is waited for may itself wait for a database lock that the
    # transaction of this one holds.
    most = WAIT_SECONDS if _is_in_transaction(connection) else math.inf
    started = monotonic()
    while not is_mine and not can_go_on and 0 <= monotonic() - started < most:
        is_mine = lock.acquire(timeout=SLICE_SECONDS)
        # Where threads are greenlets, the one that has the lock may need its turn.
        time.sleep(0)
    try:
        yield is_mine or not can_go_on
    finally:
        if is_mine:
            lock.release()


def _find_known(using: str, stamp: Stamp | None) -> Compiled | None:
    shared = _shared.get(using)
    if shared is None or stamp is None:
        return None
    return shared.compiled if shared.compiled.snapshot.token == stamp.token else None


def _find_newer(using: str, look: Look) -> Compiled | None:
    """Return what a look has found that began after this one, or None."""
    shared = _shared.get(using)
    if shared is None or shared.serial < look.serial or shared.is_failing:
        return None
    return None if _is_old(shared.compiled) else shared.compiled


def _is_old(compiled: Compiled) -> bool:
    """Tell whether all rows are to be read, since somebody may have written SQL."""
    snapshot = compiled.snapshot
    # Where reading takes long it is done less often, so that it takes one hundredth of
    # a process's time.
    seconds = max(get_conf().RELOAD_SECONDS, PAUSE * snapshot.took)
    return not snapshot.is_young(seconds)


def _load_and_share(
    connection: BaseDatabaseWrapper, stamp: Stamp | None, look: Look
) -> Answer:
    if compiled := _catch_up(connection):
        _share(connection, compiled, look)
        return Answer(compiled)
    compiled, rows = _load(connection, stamp)
    # A transaction may have changed rows by SQL, and be rolled back yet: what it sees
    # is for others only if a write through the ORM has left just these rows.
    is_unsure = not stamp or stamp.digest != rows.digest()
    if is_unsure and _is_in_transaction(connection):
        return Answer(compiled, may_be_kept=False)
    _share(connection, compiled, look)
    return Answer(compiled)


def _catch_up(connection: BaseDatabaseWrapper) -> Compiled | None:
    """Return the answers with all that has changed since, or None if it is to be read.

    Costs what has changed, not what there is.
    """
    from ..models.generation import find_changed, find_stamp, read_some

    using = connection.alias
    shared = _shared.get(using)
    if shared is None or _is_old(shared.compiled):
        return None
    before = shared.compiled.snapshot
    for _ in range(CATCH_UPS):
        stamp = find_stamp(using, connection)
        if stamp is None or before.stamp is None:
            return None
        # Of a token that no change accounts for nobody can say what it stands for.
        if not stamp.first <= before.stamp.last < stamp.last:
            return None
        changed = find_changed(using, before.stamp.last, connection)
        delta = read_some(using, changed, connection)
        # A commit between these statements makes the digest another one.
        if snapshot := before.changed(stamp, delta):
            return compile_(snapshot, plugins)
    return None


def _load(
    connection: BaseDatabaseWrapper, stamp: Stamp | None
) -> tuple[Compiled, Rows]:
    from ..models.generation import read_rows

    using, started = connection.alias, monotonic()
    rows = read_rows(using, connection)
    snapshot = take(using, stamp, rows, started)
    return compile_(replace(snapshot, took=monotonic() - started), plugins), rows


def _share(connection: BaseDatabaseWrapper, compiled: Compiled, look: Look) -> None:
    using = connection.alias
    before = _shared.get(using)
    if before and before.serial > look.serial:
        return
    now, epoch = look.at, look.epoch
    if _is_in_transaction(connection):
        # Perhaps an old view of the rows (REPEATABLE READ): right under its label, but
        # nobody may take it for the latest.
        now = NEVER
        if before and not before.is_failing and _is_same(before, compiled):
            now, epoch = before.checked_at, before.epoch
    _shared[using] = Shared(compiled, now, epoch, look.serial)
    _tell(before, compiled.snapshot)


def _is_same(before: Shared, compiled: Compiled) -> bool:
    return before.compiled.snapshot.token == compiled.snapshot.token


def _is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    # get_autocommit() would connect, and so end what a broken connection had begun.
    return connection.in_atomic_block or (
        connection.connection is not None and not connection.autocommit
    )


def _tell(before: Shared | None, snapshot: Snapshot) -> None:
    if before and before.is_failing:
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


def _is_outage(connection: BaseDatabaseWrapper) -> bool:
    # A lock that was waited for too long is none. And a transaction is lost with its
    # connection: whoever has begun it has to hear of that.
    if _is_in_transaction(connection):
        return False
    return connection.connection is None or not connection.is_usable()


def _without_database(using: str, error: Error, look: Look) -> Compiled:
    # Otherwise a process without requests would keep the broken connection.
    connections[using].close()
    # Only now, since it may have taken long to fail.
    now = monotonic()
    shared = _shared.get(using)
    if shared is None or get_conf().ON_DATABASE_ERROR == "raise":
        raise error
    if not shared.is_failing:
        logger.error(
            "Database %r does not answer (%s); plugins are selected from the rows "
            "that were read %.0f seconds ago.",
            using,
            error,
            max(0, now - shared.compiled.snapshot.loaded_at),
        )
    # Asked again by the next request, elsewhere after REFRESH_SECONDS.
    _shared[using] = replace(
        shared, checked_at=now, epoch=look.epoch, serial=look.serial, is_failing=True
    )
    if shared.compiled.version != plugins.version:
        return compile_(shared.compiled.snapshot, plugins)
    return shared.compiled


# At start-up


def is_starting() -> bool:
    """Tell whether the caller is part of start-up: a ready(), or an import."""
    return not apps.ready or _is_importing()


def after_sync() -> Snapshot:
    """Return the rows as they will be once what is declared has been synced."""
    snapshot = current().snapshot
    return take(
        snapshot.using, None, complete(snapshot.rows(), plugins), snapshot.loaded_at
    )


def _see_to_declarations() -> None:
    _refuse_before_models()
    if not apps.ready:
        # An app that comes before ours may ask in its ready().
        discover_once()


def _refuse_before_models() -> None:
    if not apps.models_ready:
        raise AppRegistryNotReady(
            "A plugin was asked for before the models of all apps were loaded, so its "
            "row cannot be read yet. Ask for it where it is needed, in a function or "
            "a method, and not while a module is imported. What has to be chosen at "
            "start-up can be asked for in the ready() of an app."
        )


def _are_tables_missing(using: str, error: Error) -> bool:
    from ..models.reading import has_tables

    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        # Nothing more can be asked in a transaction of PostgreSQL that has failed.
        return bool(state == UNDEFINED_TABLE)
    try:
        return not has_tables(using)
    except Error:
        return False


def _without_tables(using: str, error: Error) -> Compiled:
    error.add_note(
        "Are the tables of django_plugin_system missing? "
        f"'manage.py migrate --database {using}' makes them."
    )
    if _is_in_transaction(connections[using]) or not is_starting():
        raise error
    # No command would get through otherwise where the URLconf asks for a plugin, not
    # even migrate: its checks import that.
    logger.warning(
        "A plugin was asked for at start-up, and database %r has no tables for plugins "
        "yet: the registered item with the lowest priority answers. 'manage.py migrate "
        "--database %s' makes the tables.",
        using,
        using,
    )
    return _without_rows(using)


def _is_importing() -> bool:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == IMPORTLIB:
            return True
        frame = frame.f_back
    return False


def _after_fork() -> None:
    # Another thread of the parent may have held one.
    _reading.clear()


os.register_at_fork(after_in_child=_after_fork)
