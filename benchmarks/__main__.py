"""Ratios measured in one run, each against a limit; ``make bench`` fails on a miss.

Database work is compared with the least that it costs by hand, on SQLite in memory,
where overhead shows most.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import django
import pluggy
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
from django.db.models import QuerySet  # noqa: E402

from benchmarks.plugins import (  # noqa: E402
    HookImplementations,
    HookSpecs,
    Mail,
    Sender,
    declare,
)
from django_plugin_system import (  # noqa: E402
    fresh_plugins,
    get_plugin,
    get_plugin_instance,
)
from django_plugin_system.models import (  # noqa: E402
    Generation,
    PluginItem,
    PluginType,
)
from django_plugin_system.registry import plugins  # noqa: E402
from django_plugin_system.sync import sync  # noqa: E402

BY_HAND = {("sender", "benchmarks"): Mail}


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
    print(f"{'':64} {'ratio':>7} {'limit':>7}")
    for ratio in ratios():
        found = ratio.measure()
        verdict = "" if found <= ratio.limit else "  MISSED"
        missed += found > ratio.limit
        print(f"{ratio.name:64} {found:7.2f} {ratio.limit:7.2f}{verdict}")
    return 1 if missed else 0


def ratios() -> Iterator[Ratio]:
    with declared(10):
        sync()
        with fresh_plugins():
            get_plugin(Sender)
            yield Ratio(
                "get_plugin(), against a dict hit and instantiation",
                lambda: get_plugin(Sender),
                lambda: BY_HAND["sender", "benchmarks"](),
                limit=10.0,
                calls=50_000,
            )
            yield Ratio(
                "get_plugin_instance(), against the same",
                lambda: get_plugin_instance("sender", "benchmarks"),
                lambda: BY_HAND["sender", "benchmarks"](),
                limit=10.0,
                calls=50_000,
            )
            yield Ratio(
                "get_plugin(), against a pluggy hook that takes the first result",
                lambda: get_plugin(Sender),
                hooks().get_sender,
                limit=1.0,
                calls=50_000,
            )
        yield Ratio(
            "the first lookup of a request, against its one query by hand",
            first_lookup,
            query_by_hand,
            limit=2.0,
            calls=500,
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


def first_lookup() -> None:
    with fresh_plugins():
        get_plugin(Sender)


def query_by_hand() -> None:
    Generation.objects.filter(pk=1).values_list("token", flat=True).first()


def hooks() -> Any:
    """Return the hooks of a pluggy manager with ten plugins."""
    manager = pluggy.PluginManager("benchmarks")
    manager.add_hookspecs(HookSpecs)
    for number in range(10):
        manager.register(HookImplementations(), name=f"mail{number}")
    return manager.hook


def create_by_hand() -> None:
    row = PluginType.objects.create(name="sender", manager="benchmarks")
    QuerySet(PluginItem).bulk_create(
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
