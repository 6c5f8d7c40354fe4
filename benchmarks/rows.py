"""Rows to measure with, and the least that it costs to read or write them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet

from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.registry import plugins
from django_plugin_system.sync import sync

from .plugins import declare


@contextmanager
def declared(count: int) -> Iterator[None]:
    """Declare one type and ``count`` items; drop them and their rows afterwards."""
    with plugins.isolated():
        declare(count)
        yield
    PluginType.objects.all().delete()


@contextmanager
def synced(count: int) -> Iterator[None]:
    """Declare them, and give them rows."""
    with declared(count):
        sync()
        yield


def create(count: int) -> None:
    """Write the rows of one type and ``count`` items."""
    row = PluginType.objects.create(name="sender", manager="benchmarks")
    # Not through the manager, which starts a generation.
    QuerySet(PluginItem).bulk_create(
        PluginItem(plugin_type=row, name=f"mail{number}", module="benchmarks")
        for number in range(count)
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
