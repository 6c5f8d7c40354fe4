"""Syncs: giving rows to many new items, and finding that all have theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import transaction

from django_plugin_system.sync import sync

from .ratios import Ratio, timed
from .rows import create, declared, read

MANY = 10_000


def syncs() -> Iterator[Ratio]:
    """Yield the ratios of syncing many items."""
    with declared(MANY):
        yield Ratio(
            f"sync of {MANY:,} new items, against one `bulk_create()` of them",
            timed(lambda: _rolled_back(sync)),
            timed(lambda: _rolled_back(lambda: create(MANY))),
            limit=4,
        )
        sync()
        yield Ratio(
            f"sync of {MANY:,} items in step, against reading their rows",
            timed(sync),
            timed(read),
            limit=3,
        )


def _rolled_back(work: Callable[[], object]) -> None:
    with transaction.atomic():
        work()
        transaction.set_rollback(True)
