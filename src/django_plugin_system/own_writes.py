"""Which transactions of this process have written plugin rows and are still open."""

from __future__ import annotations

import os
from collections.abc import Callable
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

        self._hooks: WeakKeyDictionary[BaseDatabaseWrapper, WeakSet[_OnCommit]]
        self._hooks = WeakKeyDictionary()
        # A finalizer may run in any line, so also in one that holds the lock.
        self._lock = RLock()

    def note(self, using: str) -> None:
        """Remember that the open transaction writes."""
        scope = find_scope()
        on_commit = _OnCommit(lambda: self.ask_again(scope))
        with self._lock:
            self._hooks.setdefault(connections[using], WeakSet()).add(on_commit)
            self.open += 1
        # Django keeps the hook until the transaction, or the savepoint that the write
        # was made in, ends in either way. When it is gone, the write is not open: that
        # holds even if another hook fails, and this one is not called.
        finalize(on_commit, self._close, scope).atexit = False
        transaction.on_commit(on_commit, using=using)
        self.ask_again(scope)

    def are_open(self, using: str) -> bool:
        """Tell whether this thread's transaction has written and has not ended."""
        return bool(self._hooks.get(connections[using]))

    def ask_again(self, scope: Scope | None = None) -> None:
        """Let lookups in the scope, and those outside of any, ask the database."""
        # Requests of other threads began before, and may keep what they have found.
        self.epoch = next(self._serials)
        if scope is not None:
            scope.ask_again()

    def after_fork(self) -> None:
        """Forget the parent's transactions, and a lock that it may have held."""
        self.open = 0
        self._hooks = WeakKeyDictionary()
        self._lock = RLock()

    def _close(self, scope: Scope | None) -> None:
        with self._lock:
            self.open = max(0, self.open - 1)
        self.ask_again(scope)


class _OnCommit:
    __slots__ = ("__weakref__", "_call")

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def __call__(self) -> None:
        self._call()


own_writes = OwnWrites()
os.register_at_fork(after_in_child=own_writes.after_fork)
