"""Rows to measure with, and the least that it costs to read or write them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from django.db import transaction
from django.db.models import QuerySet

from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.registry import plugins
from django_plugin_system.sync import sync

from .plugins import declare

_priorities = count()


@contextmanager
def declared(number: int) -> Iterator[None]:
    """Declare one type and ``number`` items; drop them and their rows afterwards."""
    with plugins.isolated():
        declare(number)
        yield
    PluginType.objects.all().delete()


@contextmanager
def synced(number: int) -> Iterator[None]:
    """Declare them, and give them rows."""
    with declared(number):
        sync()
        yield


def create(number: int) -> None:
    """Write the rows of one type and ``number`` items."""
    row = PluginType(name="sender", manager="benchmarks")
    # Not through the managers, which start a generation.
    QuerySet(PluginType).bulk_create([row])
    QuerySet(PluginItem).bulk_create(
        PluginItem(plugin_type=row, name=f"mail{each}", module="benchmarks")
        for each in range(number)
    )


def read() -> list[PluginItem]:
    """Read all items with their types."""
    return list(PluginItem.objects.select_related("plugin_type"))


def read_tuples() -> tuple[list[object], list[object]]:
    """Read what selection needs of all types and items, as plain tuples."""
    types = PluginType.objects.order_by().values_list("id", "name", "manager")
    items = PluginItem.objects.order_by().values_list(
        "id", "plugin_type_id", "module", "name", "status", "priority"
    )
    return list(types.iterator()), list(items.iterator())


def switch(rows: QuerySet[PluginItem]) -> None:
    """Change the priority of one item, in a transaction."""
    with transaction.atomic():
        rows.filter(name="mail7").update(priority=next(_priorities) % 100)
