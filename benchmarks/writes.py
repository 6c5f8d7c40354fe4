"""Writes: what a switch costs, and a sync of many items, new or in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from django_plugin_system.models import PluginItem
from django_plugin_system.sync import sync

from .ratios import Ratio, timed
from .rows import create, declared, read, switch, synced

FEW = 100
MANY = 10_000


def writes() -> Iterator[Ratio]:
    """Yield the ratios of switching one item and of syncing many."""
    with synced(FEW):
        yield Ratio(
            f"switch of one of {FEW} items, against the same update and no more",
            timed(lambda: switch(PluginItem.objects.all())),
            timed(lambda: switch(QuerySet(PluginItem))),
            limit=30,
        )
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
