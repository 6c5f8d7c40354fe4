"""Which transactions of this process have written plugin rows and are still open."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock
from weakref import WeakKeyDictionary, WeakSet, finalize

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class OwnWrites:
    """What lookups have to know of writes that nobody else can see yet."""

    def __init__(self) -> None:
        self.count = 0
        """Grows when a transaction writes, and again when it commits."""

        self.open = 0
        """How many writes of all threads are neither committed nor rolled back."""

        self._hooks: WeakKeyDictionary[BaseDatabaseWrapper, WeakSet[_OnCommit]]
        self._hooks = WeakKeyDictionary()
        # A finalizer may run in any line, so also in one that holds the lock.
        self._lock = RLock()

    def note(self, using: str) -> None:
        """Remember that the open transaction writes."""
        on_commit = _OnCommit(self.grow)
        with self._lock:
            self._hooks.setdefault(connections[using], WeakSet()).add(on_commit)
            self.open += 1
        # Django keeps the hook until the transaction, or the savepoint that the write
        # was made in, ends in either way. When it is gone, the write is not open.
        finalize(on_commit, self._close).atexit = False
        transaction.on_commit(on_commit, using=using)
        self.grow()

    def are_open(self, using: str) -> bool:
        """Tell whether this thread's transaction has written and has not ended."""
        return bool(self._hooks.get(connections[using]))

    def grow(self) -> None:
        """Let every lookup of this process ask again."""
        with self._lock:
            self.count += 1

    def after_fork(self) -> None:
        """Forget the parent's transactions, and a lock that it may have held."""
        self.open = 0
        self._hooks = WeakKeyDictionary()
        self._lock = RLock()

    def _close(self) -> None:
        with self._lock:
            self.open = max(0, self.open - 1)


class _OnCommit:
    __slots__ = ("__weakref__", "_call")

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def __call__(self) -> None:
        self._call()


own_writes = OwnWrites()
os.register_at_fork(after_in_child=own_writes.after_fork)
