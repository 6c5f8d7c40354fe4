"""What selection sees of plugin rows: plain values, their order, and a digest of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

DIGEST_LENGTH = 32
_MODULUS = 1 << 4 * DIGEST_LENGTH

# Selection takes the first of the active items, else the first of those in reserve.
_TIERS = {"active": 0, "reserve": 1}
_DROPPED = 2


class TypeValues(NamedTuple):
    """One plugin type."""

    id: UUID
    name: str
    manager: str


class ItemValues(NamedTuple):
    """One plugin item."""

    id: UUID
    plugin_type_id: UUID
    module: str
    name: str
    status: str
    priority: int

    @property
    def may_answer(self) -> bool:
        """Whether its status lets it answer."""
        return self.status in _TIERS


Values = TypeValues | ItemValues


class Stamp(NamedTuple):
    """What the generation row says."""

    token: UUID
    digest: str
    """Of the rows as selection sees them; empty where that is not known."""

    last: int = 0
    """The number of the last change that selection sees."""

    first: int = 0
    """All that selection sees of the changes after this number is in the log."""


def place_of(item: ItemValues) -> tuple[int, int, str, str, UUID]:
    """Return what the items of a type are sorted by: the order of selection."""
    tier = _TIERS.get(item.status, _DROPPED)
    return tier, item.priority, item.name, item.module, item.id


def digest_of(rows: Iterable[Values]) -> str:
    """Return 32 hexadecimal digits, equal only for equal rows, in any order."""
    return shifted("0", (), rows)


def shifted(digest: str, gone: Iterable[Values], come: Iterable[Values]) -> str:
    """Return the digest of the same rows without some of them, and with others.

    A sum of hashes modulo 2**128, so its costs grow with what has changed (Bellare and
    Micciancio, "A new paradigm for collision-free hashing", 1997). It tells accidents,
    not attacks: whoever can write rows needs no collision.
    """
    total = int(digest, 16) - sum(map(_hash, gone)) + sum(map(_hash, come))
    return f"{total % _MODULUS:0{DIGEST_LENGTH}x}"


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of one database, in no order."""

    types: tuple[TypeValues, ...]
    items: tuple[ItemValues, ...]

    def digest(self) -> str:
        """Return the digest of all of them."""
        return digest_of((*self.types, *self.items))


def _hash(row: Values) -> int:
    # The repr of a tuple keeps ("a", "bc") and ("ab", "c") apart.
    text = repr((*map(str, row), len(row)))
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest())
