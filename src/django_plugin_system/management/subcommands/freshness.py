"""plugins freshness: the generation in the database, and that of this process."""

from __future__ import annotations

from ...models.generation import find_stamp
from ...selection.current import current, database
from .base import DONE, Call, Subcommand


def handle(call: Call) -> int:
    """Show what this process would answer from, and whether it is the latest."""
    stamp = find_stamp(call.using)
    facts = {
        "database": call.using,
        "generation": str(stamp.token) if stamp else None,
    }
    if call.using == database():
        snapshot = current().snapshot
        facts["process"] = str(snapshot.token) if snapshot.token else None
        facts["types"] = str(len(snapshot.types))
        facts["items"] = str(sum(map(len, snapshot.items.values())))
    call.show(facts, (f"{name + ':':<12} {value}" for name, value in facts.items()))
    return DONE


FRESHNESS = Subcommand(
    "freshness",
    "Show the generation in the database, and what this process answers from.",
    handle,
)
