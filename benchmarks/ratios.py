"""What a thing costs, as a multiple of what it is measured against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import median
from time import perf_counter, process_time
from timeit import Timer

# A ratio takes at least so many rounds, and at least so long.
ROUNDS = 7
SECONDS = 1.0
# What is quick is repeated until it takes that long.
SLICE = 0.002

Measure = Callable[[], float]


def duration(seconds: float) -> str:
    """Return seconds as people read them."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


@dataclass(frozen=True)
class Ratio:
    """Two things to measure, and how much more the first may cost."""

    name: str
    ours: Measure
    peer: Measure
    limit: float
    show: Callable[[float], str] = duration

    def measure(self) -> Finding:
        """Take the medians over some rounds, each measuring one after the other."""
        # In turns of about the same length, so that what else the machine does hits
        # both, and hits few of them.
        pairs = []
        started = perf_counter()
        while len(pairs) < ROUNDS or perf_counter() - started < SECONDS:
            pairs.append((self.ours(), self.peer()))
        return Finding(
            self,
            ours=median(ours for ours, _ in pairs),
            peer=median(peer for _, peer in pairs),
            value=median(ours / peer for ours, peer in pairs),
        )


@dataclass(frozen=True)
class Finding:
    """How a ratio came out."""

    ratio: Ratio
    ours: float
    peer: float
    value: float

    @property
    def is_miss(self) -> bool:
        return self.value > self.ratio.limit

    def cells(self) -> list[str]:
        """Return what the table shows of it."""
        show = self.ratio.show
        limit = f"{self.ratio.limit:g}"
        return [
            self.ratio.name,
            show(self.ours),
            show(self.peer),
            f"{self.value:.2f}" if self.value >= 0.1 else f"{self.value:.2g}",
            f"{limit} MISSED" if self.is_miss else limit,
        ]


def timed(
    work: str | Callable[[], object],
    *,
    clock: Callable[[], float] = process_time,
    **names: object,
) -> Measure:
    """Return a measure of the seconds that one execution of ``work`` takes.

    A statement, in which ``names`` are known, is timed without the call that a
    function would add. What is measured never waits, unless it says so by another
    clock, so the processor's is right, and deaf to what else the machine does.
    """
    # It switches the garbage collector off, which would bill one for the other's.
    timer = Timer(work, timer=clock, globals=names)

    @cache
    def calls() -> int:
        # The first may have more to do than all others.
        timer.timeit(1)
        count = 1
        while timer.timeit(count) < SLICE:
            count *= 2
        return count

    return lambda: timer.timeit(calls()) / calls()
