"""Ratios measured in one run, each against a limit; ``make bench`` fails on a miss.

A ratio compares ours with the least that the same database work costs by hand, on
SQLite in memory, where overhead shows most.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import django
from django.conf import settings

MANY = 10_000
ROUNDS = 7

settings.configure(
    INSTALLED_APPS=["django_plugin_system"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from benchmarks.plugins import Mail, declare  # noqa: E402
from django_plugin_system import get_plugin_instance  # noqa: E402
from django_plugin_system.models import PluginItem, PluginType  # noqa: E402
from django_plugin_system.registry import plugins  # noqa: E402
from django_plugin_system.sync import sync  # noqa: E402


@dataclass(frozen=True)
class Ratio:
    """What a thing costs, as a multiple of what it is measured against."""

    name: str
    ours: Callable[[], object]
    peer: Callable[[], object]
    limit: float
    calls: int = 1

    def measure(self) -> float:
        """Return the median ratio over some rounds, each timing one after the other."""
        return median(
            self._time(self.ours) / self._time(self.peer) for _ in range(ROUNDS)
        )

    def _time(self, work: Callable[[], object]) -> float:
        started = perf_counter()
        for _ in range(self.calls):
            work()
        return perf_counter() - started


def main() -> int:
    call_command("migrate", verbosity=0)
    missed = 0
    print(f"{'':56} {'ratio':>7} {'limit':>7}")
    for ratio in ratios():
        found = ratio.measure()
        verdict = "" if found <= ratio.limit else "  MISSED"
        missed += found > ratio.limit
        print(f"{ratio.name:56} {found:7.2f} {ratio.limit:7.2f}{verdict}")
    return 1 if missed else 0


def ratios() -> Iterator[Ratio]:
    with declared(10):
        sync()
        yield Ratio(
            "a lookup, against its two queries by hand",
            lambda: get_plugin_instance("sender", "benchmarks"),
            lookup_by_hand,
            limit=2.0,
            calls=200,
        )
    with declared(MANY):
        yield Ratio(
            f"sync of {MANY:,} new items, against one bulk_create of them",
            lambda: rolled_back(sync),
            lambda: rolled_back(create_by_hand),
            limit=4.0,
        )
        sync()
        yield Ratio(
            f"sync of {MANY:,} items in step, against reading their rows",
            sync,
            read_by_hand,
            limit=3.0,
        )


@contextmanager
def declared(count: int) -> Iterator[None]:
    """Declare one type and ``count`` items; drop them and their rows afterwards."""
    with plugins.isolated():
        declare(count)
        yield
    PluginType.objects.all().delete()


def lookup_by_hand() -> object:
    row = PluginType.objects.get(name="sender", manager="benchmarks")
    items = list(PluginItem.objects.filter(plugin_type=row))
    items.sort(key=lambda item: (item.priority, item.name))
    classes = {"mail0": Mail}
    return classes[items[0].name]()


def create_by_hand() -> None:
    row = PluginType.objects.create(name="sender", manager="benchmarks")
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=row, name=f"mail{number}", module="benchmarks")
        for number in range(MANY)
    )


def read_by_hand() -> None:
    list(PluginItem.objects.select_related("plugin_type"))


def rolled_back(work: Callable[[], object]) -> None:
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


if __name__ == "__main__":
    sys.exit(main())
