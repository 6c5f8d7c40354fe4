"""Maps and orders that share what has not changed, held against dicts and lists."""

from __future__ import annotations

import random

import pytest

from django_plugin_system.freshness.parts import SIZE, PartedMap, PartedOrder

LENGTHS = [0, 1, 5, SIZE, 3 * SIZE, 12 * SIZE]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_map_is_what_a_dict_would_be(length: int):
    """After any changes, as many as there were entries, and as few as one."""
    chance = random.Random(length)
    expected = {key: chance.random() for key in range(length)}
    found = PartedMap(expected.items())
    for _ in range(40):
        changes = {
            chance.randrange(2 * length + 2): chance.choice([None, chance.random()])
            for _ in range(chance.choice([1, 1, 3, SIZE]))
        }

        found = found.changed(changes)

        expected |= changes
        expected = {key: value for key, value in expected.items() if value is not None}
        assert len(found) == len(expected)
        assert sorted(found.values()) == sorted(expected.values())
        assert {key: found.get(key) for key in changes} == {
            key: expected.get(key) for key in changes
        }


@pytest.mark.parametrize("length", LENGTHS)
def test_an_order_is_what_a_sorted_list_would_be(length: int):
    """Whatever goes and comes, at either end or in between."""
    chance = random.Random(length)
    expected = set(range(0, 2 * length, 2))
    found = PartedOrder(expected, key=lambda entry: entry)
    for _ in range(40):
        many = chance.choice([0, 1, 3, SIZE])
        gone = chance.sample(sorted(expected), min(many, len(expected)))
        come = {chance.randrange(3 * length + 9) for _ in range(many)} - expected

        found = found.changed(gone, come)

        expected = expected - set(gone) | come
        assert list(found) == sorted(expected)
        assert len(found) == len(expected)


def test_the_one_before_stays_as_it_was():
    """Threads that have it go on reading it."""
    mapping = PartedMap({"a": 1, "b": 2}.items())
    order = PartedOrder([3, 1, 2], key=lambda entry: entry)

    mapping.changed({"a": None, "c": 3})
    order.changed([1], [4])

    assert (mapping.get("a"), mapping.get("c"), len(mapping)) == (1, None, 2)
    assert list(order) == [1, 2, 3]


def test_parts_that_have_not_changed_are_shared():
    """So a change costs one part of each, however many there are."""
    mapping = PartedMap((number, number) for number in range(20 * SIZE))
    order = PartedOrder(range(20 * SIZE), key=lambda entry: entry)

    other_map = mapping.changed({7: None})
    other_order = order.changed([7], [])

    assert _differing(mapping._parts, other_map._parts) == 1
    assert _differing(order._parts, other_order._parts) == 1


def _differing(before: list, after: list) -> int:
    return sum(one is not other for one, other in zip(before, after, strict=True))
