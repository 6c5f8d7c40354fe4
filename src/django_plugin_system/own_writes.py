"""Which transactions of this process have written plugin rows and are still open."""

from __future__ import annotations

import os
from functools import partial
from itertools import count
from threading import RLock
from typing import Any, cast
from weakref import WeakKeyDictionary, finalize, ref

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .scopes import Scope, find_scope


class OwnWrites:
    """What lookups have to know of writes that nobody else can see yet."""

    def __init__(self) -> None:
        self._serials = count(1)
        self.epoch = 0
        """Another number whenever a transaction of this process writes, and ends."""

        self.open = 0
        """How many writes of all threads are neither committed nor rolled back."""

        self._held: WeakKeyDictionary[BaseDatabaseWrapper, list[_Write]]
        self._held = WeakKeyDictionary()
        # A finalizer may run in any line, so also in one that holds the lock.
        self._lock = RLock()

    def note(self, using: str, savepoints: tuple[str, ...]) -> None:
        """Remember that the open transaction writes, inside of these savepoints."""
        connection = connections[using]
        scope = find_scope()
        self.ask_again(scope)
        with self._lock:
            held = self._held.setdefault(connection, [])
            if any(each.holds(savepoints, scope) for each in held):
                return
            within = frozenset(connection.savepoint_ids)
            write = _Write(savepoints, within, scope)
            held.append(write)
            self.open += 1
        # When it is gone, the write is not open: also if its thread has ended.
        finalize(write, self._close, scope).atexit = False
        _watch(connection)

    def end(self, connection: BaseDatabaseWrapper, savepoint: str | None) -> None:
        """Forget what was written in a savepoint, or in all of the transaction."""
        with self._lock:
            held = self._held.get(connection, [])
            held[:] = [each for each in held if each.survives(savepoint)]

    def are_open(self, using: str) -> bool:
        """Tell whether this thread's transaction has written and has not ended."""
        return bool(self._held.get(connections[using]))

    def ask_again(self, scope: Scope | None = None) -> None:
        """Let lookups in the scope, and those outside of any, ask the database."""
        # Requests of other threads began before, and may keep what they have found.
        self.epoch = next(self._serials)
        if scope is not None:
            scope.ask_again()

    def after_fork(self) -> None:
        """Forget the parent's transactions, and a lock that it may have held."""
        # The lock first: another thread of the parent may have held it, and what is
        # dropped takes it.
        self._lock = RLock()
        self._held = WeakKeyDictionary()
        self.open = 0

    def _close(self, scope: Scope | None) -> None:
        with self._lock:
            self.open = max(0, self.open - 1)
        self.ask_again(scope)


class _Write:
    """Lives as long as a write is open."""

    __slots__ = ("__weakref__", "_savepoints", "_scope", "_within")

    def __init__(
        self,
        savepoints: tuple[str, ...],
        within: frozenset[str],
        scope: Scope | None,
    ) -> None:
        self._savepoints = savepoints
        self._within = within
        self._scope = scope

    def holds(self, savepoints: tuple[str, ...], scope: Scope | None) -> bool:
        """Tell whether it ends no sooner than a write inside of these savepoints."""
        return self._savepoints == savepoints and self._scope is scope

    def survives(self, savepoint: str | None) -> bool:
        """Tell whether it is open when that has been rolled back; None: everything."""
        return savepoint is not None and savepoint not in self._within


# A function given to transaction.on_commit() would be told of all this, except of
# rollbacks; but tests count those functions, with captureOnCommitCallbacks().
ENDS = ("commit", "rollback", "savepoint_rollback", "close")
"""The methods of a connection by which Django ends what writes belong to. Checked with
Django 5.2 to 6.1."""


def _watch(connection: BaseDatabaseWrapper) -> None:
    for name in ENDS:
        if not isinstance(vars(connection).get(name), _End):
            setattr(connection, name, _End(connection, name))


class _End:
    """Stands before a method of one connection, and ends its writes afterwards."""

    def __init__(self, connection: BaseDatabaseWrapper, name: str) -> None:
        # Weakly, since connections have to go when nobody uses them any more.
        self._connection = ref(connection)
        self._name = name
        self._patched = vars(connection).get(name)

    def __call__(self, *args: Any) -> Any:
        connection = cast(BaseDatabaseWrapper, self._connection())
        method = getattr(type(connection), self._name)
        result = (self._patched or partial(method, connection))(*args)
        if self._name == "savepoint_rollback":
            own_writes.end(connection, args[0])
        elif not _is_open(connection):
            own_writes.end(connection, None)
        return result


def _is_open(connection: BaseDatabaseWrapper) -> bool:
    # SQLite does not close a database in memory, so the transaction goes on. In a block
    # that is still open, a connection that was closed is not taken away yet.
    return connection.in_atomic_block and not connection.closed_in_transaction


own_writes = OwnWrites()
os.register_at_fork(after_in_child=own_writes.after_fork)
