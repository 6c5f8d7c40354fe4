"""Which transactions of this process have written plugin rows and are still open."""

from __future__ import annotations

import os
from itertools import count
from threading import RLock
from weakref import WeakKeyDictionary, WeakSet, finalize

from django.db import connections, transaction
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

        self._held: WeakKeyDictionary[BaseDatabaseWrapper, WeakSet[_Write]]
        self._held = WeakKeyDictionary()
        # A finalizer may run in any line, so also in one that holds the lock.
        self._lock = RLock()

    def note(self, using: str, savepoints: tuple[str, ...]) -> None:
        """Remember that the open transaction writes, inside of these savepoints."""
        scope = find_scope()
        self.ask_again(scope)
        with self._lock:
            held = self._held.setdefault(connections[using], WeakSet())
            if any(each.holds(savepoints, scope) for each in held):
                return
            write = _Write(savepoints, scope)
            held.add(write)
            self.open += 1
        # Django holds what it is to call until the transaction, or the savepoint that
        # the write was made in, ends in either way. When it is gone, the write is not
        # open: also if another hook fails, so that this one is not called.
        finalize(write, self._close, scope).atexit = False
        transaction.on_commit(write, using=using)

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
        self.open = 0
        self._held = WeakKeyDictionary()
        self._lock = RLock()

    def _close(self, scope: Scope | None) -> None:
        with self._lock:
            self.open = max(0, self.open - 1)
        self.ask_again(scope)


class _Write:
    """Lives as long as a write is open; does nothing when it is called."""

    __slots__ = ("__weakref__", "_savepoints", "_scope")

    def __init__(self, savepoints: tuple[str, ...], scope: Scope | None) -> None:
        self._savepoints = savepoints
        self._scope = scope

    def holds(self, savepoints: tuple[str, ...], scope: Scope | None) -> bool:
        """Tell whether it ends no sooner than a write inside of these savepoints."""
        return self._savepoints == savepoints and self._scope is scope

    def __call__(self) -> None: ...


own_writes = OwnWrites()
os.register_at_fork(after_in_child=own_writes.after_fork)
