"""The order of plugin items, as numbers."""

from __future__ import annotations

import random
from itertools import permutations, product

import pytest

from django_plugin_system.decisions.order import (
    COLUMN,
    Bounds,
    Rank,
    Where,
    rearranged,
    renumber,
)
from django_plugin_system.exceptions import OrderError


def with_numbers(wanted: list[Rank], numbers: list[int]) -> list[Rank]:
    return [(number, *rank[1:]) for number, rank in zip(numbers, wanted, strict=True)]


def count_changes(wanted: list[Rank], numbers: list[int]) -> int:
    return sum(number != rank[0] for number, rank in zip(numbers, wanted, strict=True))


def fewest_changes(wanted: list[Rank], bounds: Bounds) -> int:
    """Return what trying all numbers finds."""
    numbers = range(bounds.lowest, bounds.highest + 1)
    return min(
        count_changes(wanted, list(each))
        for each in product(numbers, repeat=len(wanted))
        if with_numbers(wanted, list(each)) == sorted(with_numbers(wanted, list(each)))
    )


@pytest.mark.parametrize(
    ("moved", "where", "other", "result"),
    [
        pytest.param("c", "first", None, "cabd", id="first"),
        pytest.param("a", "first", None, "abcd", id="is first"),
        pytest.param("b", "last", None, "acdb", id="last"),
        pytest.param("d", "last", None, "abcd", id="is last"),
        pytest.param("d", "before", "b", "adbc", id="before, up"),
        pytest.param("a", "before", "d", "bcad", id="before, down"),
        pytest.param("a", "before", "b", "abcd", id="is before"),
        pytest.param("d", "after", "a", "adbc", id="after, up"),
        pytest.param("a", "after", "c", "bcad", id="after, down"),
        pytest.param("d", "after", "c", "abcd", id="is after"),
    ],
)
def test_moving(moved: str, where: Where, other: str | None, result: str):
    """One thing takes its new place, and the others keep their order."""
    assert rearranged("abcd", moved, where, other) == list(result)


@pytest.mark.parametrize(
    ("wanted", "moved", "numbers"),
    [
        pytest.param([(1, "a", ""), (5, "b", "")], 0, [1, 5], id="nothing to do"),
        pytest.param([(20, "b", ""), (10, "a", "")], 0, [9, 10], id="first"),
        pytest.param([(20, "b", ""), (10, "a", "")], 1, [20, 21], id="last"),
        pytest.param(
            [(10, "a", ""), (30, "c", ""), (20, "b", "")], 1, [10, 15, 20], id="between"
        ),
        pytest.param(
            [(10, "a", ""), (30, "c", ""), (11, "d", "")],
            1,
            [10, 10, 11],
            id="between two that follow each other",
        ),
        pytest.param(
            [(0, "a", ""), (5, "d", ""), (0, "b", ""), (0, "c", "")],
            1,
            [-2, -1, 0, 0],
            id="between equals",
        ),
        pytest.param(
            [(0, "b", "z"), (0, "b", "a")], 0, [-1, 0], id="modules break ties"
        ),
        pytest.param(
            [(5, "b", ""), (-32768, "a", ""), (-32767, "c", "")],
            0,
            [-32768, -32767, -32767],
            id="below the lowest",
        ),
        pytest.param(
            [(32767, "b", ""), (5, "a", "")], 1, [4, 5], id="above the highest"
        ),
        pytest.param([], 0, [], id="nobody"),
    ],
)
def test_examples(wanted: list[Rank], moved: int, numbers: list[int]):
    """The one that moves gets another number, and others only if they have to."""
    assert renumber(wanted, {moved}) == numbers


def test_every_small_order():
    """Whatever the numbers and the bounds, the result is in order, and no other is so
    with fewer changes."""
    bounds = Bounds(0, 3)
    for names in permutations("abc"):
        for numbers in product(range(4), repeat=3):
            wanted = [
                (number, name, "") for number, name in zip(numbers, names, strict=True)
            ]
            for moved in range(3):
                new = renumber(wanted, {moved}, bounds)

                assert with_numbers(wanted, new) == sorted(with_numbers(wanted, new))
                assert all(0 <= number <= 3 for number in new)
                assert count_changes(wanted, new) == fewest_changes(wanted, bounds)


@pytest.mark.parametrize("seed", range(40))
def test_moves_at_random(seed: int):
    """However often items move, the order is what was asked for, within bounds."""
    chance = random.Random(seed)
    low, high = chance.choice([(0, 4), (-32768, -32765), (32764, 32767), COLUMN])
    ranks = sorted(
        {
            (chance.randint(low, high), chance.choice("abcdef"), chance.choice("xyz"))
            for _ in range(chance.randint(1, 12))
        }
    )
    ranks = sorted({rank[1:]: rank for rank in ranks}.values())
    for _ in range(50):
        moved, other = chance.choice(ranks), chance.choice(ranks)
        beside: list[Where] = ["before", "after"]
        places: list[Where] = ["first", "last"]
        where = chance.choice(places if moved == other else beside)
        wanted = rearranged(ranks, moved, where, other)

        numbers = renumber(wanted, {wanted.index(moved)})

        ranks = with_numbers(wanted, numbers)
        assert ranks == sorted(ranks)
        assert all(-32768 <= number <= 32767 for number in numbers)
        assert renumber(ranks) == numbers


def test_a_long_list():
    """Of thousands that share one number, no more than half get another."""
    names = [f"{number:05}" for number in range(20_000)]
    wanted = [
        (0, name, "") for name in rearranged(names, names[0], "after", names[9_999])
    ]

    numbers = renumber(wanted, {9_999})

    ranks = with_numbers(wanted, numbers)
    assert ranks == sorted(ranks)
    assert count_changes(wanted, numbers) == 9_999


def test_too_few_numbers():
    """It is said how many there are, rather than that the order comes out wrong."""
    wanted = [(0, "c", ""), (0, "b", ""), (0, "a", "")]

    with pytest.raises(OrderError) as excinfo:
        renumber(wanted, bounds=Bounds(0, 1))

    assert str(excinfo.value) == (
        "3 plugin items cannot be put in this order: there are only 2 priorities to "
        "tell them apart."
    )
