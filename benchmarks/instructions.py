"""Counts instructions of lookups with valgrind, where a machine is too busy to time.

``python -m benchmarks.instructions`` prints how many each takes, and how many times
those of a dict hit and an instantiation that is. It takes minutes.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from timeit import Timer

import django
from django.core.management import call_command
from django.test.utils import override_settings

from .counting import can_count, count_instructions

# What start-up takes is the same in both, so it cancels out.
FEW, MANY = 10_000, 20_000
FOREVER = {"REFRESH_SECONDS": float("inf"), "RELOAD_SECONDS": float("inf")}
BY_HAND = "a dict hit and instantiation"
WAYS = (BY_HAND, "get_plugin() in a request", "get_plugin() outside of any")


def main() -> int:
    if not can_count():
        print(
            "valgrind is not installed; 'make bench' takes the time.", file=sys.stderr
        )
        return 1
    counts = {
        way: (_count(way, MANY) - _count(way, FEW)) / (MANY - FEW) for way in WAYS
    }
    for way, count in counts.items():
        print(f"{way:<30} {count:>6.0f} {count / counts[BY_HAND]:>6.2f}")
    return 0


def _count(way: str, calls: int) -> int:
    return count_instructions(
        [sys.executable, "-m", "benchmarks.instructions", way, str(calls)]
    )


def look_up(way: str, calls: int) -> None:
    """Do it so many times; what is measured."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    call_command("migrate", verbosity=0)

    from django_plugin_system import fresh_plugins, get_plugin

    from .plugins import Mail, Sender
    from .rows import synced

    statement = (
        "classes['sender', 'benchmarks']()" if way == BY_HAND else "look(Sender)"
    )
    names = {
        "classes": {("sender", "benchmarks"): Mail},
        "look": get_plugin,
        "Sender": Sender,
    }
    scope = fresh_plugins() if way == WAYS[1] else nullcontext()
    with override_settings(PLUGIN_SYSTEM=FOREVER), synced(10), scope:
        get_plugin(Sender)
        Timer(statement, globals=names).timeit(calls)


if __name__ == "__main__":
    sys.exit(look_up(sys.argv[1], int(sys.argv[2])) if sys.argv[1:] else main())
