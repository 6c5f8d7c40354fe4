"""What manage.py plugins can do: a module for each, and this list of them."""

from __future__ import annotations

from . import explain, freshness, listing, moving, refresh, status
from .base import Subcommand

SUBCOMMANDS: list[Subcommand] = [
    listing.LIST,
    explain.EXPLAIN,
    status.ACTIVATE,
    status.RESERVE,
    status.DISABLE,
    moving.MOVE,
    refresh.REFRESH,
    freshness.FRESHNESS,
]
