"""Snapshots: how long a process takes to make one, and how much memory it keeps."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from time import monotonic

from django.db import DEFAULT_DB_ALIAS

from django_plugin_system.models.generation import read_rows
from django_plugin_system.registry import plugins
from django_plugin_system.selection.snapshot import compile_, take

from .ratios import Measure, Ratio, timed
from .rows import read_tuples, synced

MANY = 10_000


def snapshots() -> Iterator[Ratio]:
    """Yield the ratios of snapshots of few, more and many items."""
    for count in (10, 1_000, MANY):
        with synced(count):
            yield Ratio(
                f"snapshot of {count:,} items, against reading their rows as tuples",
                timed(build_snapshot),
                timed(read_tuples),
                limit=3,
            )
    with synced(MANY):
        yield Ratio(
            "memory of 1,000 items in a snapshot, against their rows as tuples",
            _kept_by(build_snapshot),
            _kept_by(read_tuples),
            limit=2,
            show=lambda size: f"{size / 1024:.0f} KiB",
        )


def build_snapshot() -> object:
    """Do what a process does once it knows of a new generation."""
    rows = read_rows(DEFAULT_DB_ALIAS)
    return compile_(take(DEFAULT_DB_ALIAS, None, rows, monotonic()), plugins)


def _kept_by(build: Callable[[], object]) -> Measure:
    def measure() -> float:
        # What the first call leaves in caches of Django is not counted.
        build()
        tracemalloc.start()
        try:
            kept = build()
            gc.collect()
            size, _ = tracemalloc.get_traced_memory()
            del kept
        finally:
            tracemalloc.stop()
        return size / MANY * 1_000

    return measure
