"""Which priorities put items in a given order, with as few of them changed as can be.

Selection sorts by priority, then by name and module, so two items may share a number
where their names are in the right order already. Plain values: no rows, no Django.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple, TypeVar, cast

from ..exceptions import OrderError
from ..specs import PRIORITY_MAX, PRIORITY_MIN

Rank = tuple[int, str, str]
"""What selection sorts by: priority, name, module."""

Where = Literal["first", "last", "before", "after"]

T = TypeVar("T")


class Bounds(NamedTuple):
    """The lowest and the highest number there are."""

    lowest: int
    highest: int


COLUMN = Bounds(PRIORITY_MIN, PRIORITY_MAX)


def rearranged(
    order: Sequence[T], moved: T, where: Where, other: T | None = None
) -> list[T]:
    """Return the order with one thing elsewhere; ``other`` is what it goes beside."""
    rest = [each for each in order if each != moved]
    if where == "first":
        place = 0
    elif where == "last":
        place = len(rest)
    else:
        place = rest.index(cast(T, other)) + (where == "after")
    return [*rest[:place], moved, *rest[place:]]


def renumber(
    wanted: Sequence[Rank], moved: Collection[int] = (), bounds: Bounds = COLUMN
) -> list[int]:
    """Return a priority for each rank, so that sorting gives the order of ``wanted``.

    No other priorities do so with fewer changes. Where it is a matter of choice, those
    at the positions ``moved`` change, and new numbers leave room on either side.
    Raises OrderError if there are more ranks than numbers to tell them apart.
    """
    # A number has to be higher than the one before it only where names would sort the
    # other way round. Without these forced steps, numbers just must not decrease: so
    # the most that can stay is the longest part that does not.
    steps = _forced_steps(wanted)
    room = Bounds(bounds.lowest, bounds.highest - (steps[-1] if steps else 0))
    if room.lowest > room.highest:
        raise OrderError(
            f"{len(wanted)} plugin items cannot be put in this order: there are only "
            f"{bounds.highest - bounds.lowest + 1} priorities to tell them apart."
        )
    levels = [rank[0] - step for rank, step in zip(wanted, steps, strict=True)]
    fitting = [
        place
        for place, level in enumerate(levels)
        if room.lowest <= level <= room.highest
    ]
    kept = _longest(levels, fitting)
    others = _longest(levels, [place for place in fitting if place not in moved])
    return _filled(
        [rank[0] for rank in wanted],
        steps,
        others if len(others) == len(kept) else kept,
        bounds,
    )


def _forced_steps(wanted: Sequence[Rank]) -> list[int]:
    """Return by how much each number exceeds the first one at least."""
    names = [rank[1:] for rank in wanted]
    steps = [int(after <= before) for before, after in pairwise(names)]
    return list(accumulate(steps, initial=0))[: len(names)]


def _longest(levels: Sequence[int], places: Sequence[int]) -> list[int]:
    """Return the most of the places whose levels do not decrease."""
    # The last of the best part of each length, and which place comes before it there.
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        length = bisect_right(ends, levels[place], key=levels.__getitem__)
        before[place] = ends[length - 1] if length else None
        ends[length:] = [place, *ends[length + 1 :]]
    found: list[int] = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(last)
        last = before[last]
    return found[::-1]


def _filled(
    numbers: Sequence[int], steps: Sequence[int], kept: Sequence[int], bounds: Bounds
) -> list[int]:
    """Return the numbers, with those that are not kept made new."""
    filled = list(numbers)
    for first, after in pairwise([None, *kept, None]):
        start = 0 if first is None else first + 1
        end = len(filled) if after is None else after
        lower = None if first is None else filled[first]
        upper = None if after is None else filled[after]
        spread = _spread(lower, upper, end - start, bounds)
        if spread is None:
            # Some have to share a number: the lowest that they can have.
            level = bounds.lowest if first is None else filled[first] - steps[first]
            spread = [level + step for step in steps[start:end]]
        filled[start:end] = spread
    return filled


def _spread(
    lower: int | None, upper: int | None, count: int, bounds: Bounds
) -> list[int] | None:
    """Return different numbers between two others, or None if there are too few."""
    if lower is None:
        lower = -1 if upper is None else upper - count - 1
    if upper is None:
        upper = lower + count + 1
    lower, upper = max(lower, bounds.lowest - 1), min(upper, bounds.highest + 1)
    if upper - lower <= count:
        return None
    gap = upper - lower
    return [lower + gap * place // (count + 1) for place in range(1, count + 1)]
