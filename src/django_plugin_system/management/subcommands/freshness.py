"""plugins freshness: the generation in the database, and that of this process."""

from __future__ import annotations

from ...models.generation import find_stamp
from ...selection.current import current, database
from .base import DONE, Call, Subcommand


def handle(call: Call) -> int:
    """Show what this process would answer from, and whether it is the latest."""
    stamp = find_stamp(call.using)
    # It answers from the rows of one database.
    snapshot = current().snapshot if call.using == database() else None
    facts: dict[str, object] = {
        "database": call.using,
        "generation": str(stamp.token) if stamp else None,
        "process": str(snapshot.token) if snapshot and snapshot.token else None,
        "types": len(snapshot.types) if snapshot else None,
        "items": sum(map(len, snapshot.items.values())) if snapshot else None,
    }
    shown = list(facts)[: None if snapshot else 2]
    call.show(facts, (f"{name + ':':<12} {facts[name]}" for name in shown))
    return DONE


FRESHNESS = Subcommand(
    "freshness",
    "Show the generation in the database, and what this process answers from.",
    handle,
)
