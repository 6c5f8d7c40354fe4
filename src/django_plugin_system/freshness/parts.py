"""Maps and orders that nobody changes; a changed copy shares most of its parts.

A snapshot of many rows is replaced with each change while other threads still read the
one before. So a change has to cost what has changed, not a copy of everything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Generic, TypeVar

# Of entries in a part, which is copied when one of them changes.
SIZE = 256

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class PartedMap(Generic[K, V]):
    """A mapping in parts by hash."""

    __slots__ = ("_length", "_parts")

    def __init__(self, pairs: Iterable[tuple[K, V]] = ()) -> None:
        entries = dict(pairs)
        self._length = len(entries)
        self._parts: list[dict[K, V]] = [{} for _ in range(1 + len(entries) // SIZE)]
        for key, value in entries.items():
            self._part_of(key)[key] = value

    def __len__(self) -> int:
        return self._length

    def get(self, key: K) -> V | None:
        """Return the value of a key, or None."""
        return self._part_of(key).get(key)

    def values(self) -> Iterator[V]:
        """Yield every value, in no order."""
        return chain.from_iterable(part.values() for part in self._parts)

    def changed(self, changes: Mapping[K, V | None]) -> PartedMap[K, V]:
        """Return a map with other values for some keys; None takes a key out."""
        if len(self) + len(changes) > 2 * SIZE * len(self._parts):
            items = chain.from_iterable(part.items() for part in self._parts)
            merged: dict[K, V | None] = {**dict(items), **changes}
            return PartedMap((k, v) for k, v in merged.items() if v is not None)
        copy: PartedMap[K, V] = PartedMap()
        copy._parts = list(self._parts)
        copy._length = self._length
        for number in {self._number_of(key) for key in changes}:
            copy._parts[number] = dict(copy._parts[number])
        for key, value in changes.items():
            part = copy._part_of(key)
            copy._length -= key in part
            if value is None:
                part.pop(key, None)
            else:
                part[key] = value
                copy._length += 1
        return copy

    def _part_of(self, key: K) -> dict[K, V]:
        return self._parts[self._number_of(key)]

    def _number_of(self, key: K) -> int:
        return hash(key) % len(self._parts)


class PartedOrder(Generic[V]):
    """A sequence in parts, sorted by a key that no two entries share."""

    __slots__ = ("_key", "_parts")

    def __init__(self, entries: Iterable[V], key: Callable[[V], Any]) -> None:
        ordered = sorted(entries, key=key)
        self._key = key
        self._parts = _cut(ordered)

    def __iter__(self) -> Iterator[V]:
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def changed(self, gone: Iterable[V], come: Iterable[V]) -> PartedOrder[V]:
        """Return the order without some of its entries, and with others."""
        copy: PartedOrder[V] = PartedOrder((), self._key)
        copy._parts = list(self._parts)
        for entry in gone:
            copy._take_out(entry)
        for entry in come:
            copy._put_in(entry)
        return copy

    def _take_out(self, entry: V) -> None:
        number, place = self._place_of(entry)
        part = self._parts[number]
        rest = [*part[:place], *part[place + 1 :]]
        self._parts[number : number + 1] = [rest] if rest else []

    def _put_in(self, entry: V) -> None:
        if not self._parts:
            self._parts = [[entry]]
            return
        number, place = self._place_of(entry)
        part = self._parts[number]
        self._parts[number : number + 1] = _cut(
            [*part[:place], entry, *part[place:]], most=2 * SIZE
        )

    def _place_of(self, entry: V) -> tuple[int, int]:
        wanted = self._key(entry)
        number = bisect_left(self._parts, wanted, key=self._key_of_last)
        number = min(number, len(self._parts) - 1)
        return number, bisect_left(self._parts[number], wanted, key=self._key)

    def _key_of_last(self, part: list[V]) -> Any:
        return self._key(part[-1])


def _cut(entries: list[V], most: int = SIZE) -> list[list[V]]:
    if len(entries) <= most:
        return [entries] if entries else []
    return [entries[at : at + SIZE] for at in range(0, len(entries), SIZE)]
