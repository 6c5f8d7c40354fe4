"""Prints one table of ratios from one run, each against a limit.

Exits with 1 when a limit is missed twice, or a peer cannot be measured. Database work
is compared with the least that it costs by hand, on SQLite in memory, where overhead
shows most.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator

import django
from django.core.management import call_command

from .peers import Peer, PeerUnavailable, started
from .ratios import Ratio

HEADINGS = ["Measured", "Ours", "Peer's", "Ratio", "Limit"]
WIDTHS = [78, 8, 8, 7, 9]


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    try:
        with started() as peers:
            missed = print_table(peers)
    except PeerUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if missed else 0


def print_table(peers: list[Peer]) -> int:
    """Print where it was measured and each ratio as it is found; count the misses."""
    findings = []
    print(f"\n{_place()}\n")
    _print_line(HEADINGS)
    print("|", " | ".join("-" * width for width in WIDTHS), "|")
    for ratio in ratios(peers):
        finding = ratio.measure()
        if finding.is_miss:
            # Once more, since a busy moment of the machine is no slower program.
            finding = ratio.measure()
        _print_line(finding.cells())
        findings.append(finding)
    missed = sum(finding.is_miss for finding in findings)
    print(f"\n{missed or 'None'} of {len(findings)} ratios missed the limit.")
    return missed


def ratios(peers: list[Peer]) -> Iterator[Ratio]:
    """Yield all ratios, in the order of the table."""
    # They import models, which can be done only once Django is set up.
    from .extending import extending
    from .lookups import lookups
    from .snapshots import snapshots
    from .writes import writes

    yield from lookups(peers)
    yield from snapshots()
    yield from writes()
    yield from extending()


def _place() -> str:
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, Django {django.get_version()}, "
        f"SQLite {sqlite3.sqlite_version}."
    )


def _print_line(cells: list[str]) -> None:
    padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)]
    print("|", " | ".join(padded), "|", flush=True)


if __name__ == "__main__":
    sys.exit(main())
