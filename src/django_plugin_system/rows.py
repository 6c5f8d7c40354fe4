"""What selection sees of plugin rows: plain values, and a digest of them all."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

DIGEST_LENGTH = 32


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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of one database, in no order."""

    types: tuple[TypeValues, ...]
    items: tuple[ItemValues, ...]

    def digest(self) -> str:
        """Return 32 hexadecimal digits, equal only for equal rows, in any order."""
        # The repr of a tuple keeps ("a", "bc") and ("ab", "c") apart.
        lines = sorted(
            repr((*map(str, row), len(row))) for row in (*self.types, *self.items)
        )
        return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
