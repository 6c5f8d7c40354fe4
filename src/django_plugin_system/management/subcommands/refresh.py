"""plugins refresh: start a new generation by hand."""

from __future__ import annotations

from ...models.generation import find_stamp, start_generation
from .base import DONE, Call, Subcommand


def handle(call: Call) -> int:
    """Start a new generation and name it."""
    start_generation(call.using)
    stamp = find_stamp(call.using)
    token = str(stamp.token) if stamp else None
    text = (
        f"Generation {token} has started in database {call.using!r}; every process "
        "reads its rows again."
    )
    call.show({"database": call.using, "generation": token}, [call.style.SUCCESS(text)])
    return DONE


REFRESH = Subcommand(
    "refresh",
    "Start a new generation, so that every process reads its rows again; for after a "
    "change by SQL.",
    handle,
)
