"""The least that a lookup with our promises can cost, written by hand."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any

from .plugins import Mail, Sender


@dataclass
class Found:
    """What a request has found, and until when that answers."""

    until: float
    classes: dict[type, type]


_found: ContextVar[Found | None] = ContextVar("found", default=None)


def find() -> None:
    """Do what the first lookup of a request would have done."""
    _found.set(Found(monotonic() + 3600, {Sender: Mail}))


def look_up(interface: type) -> Any:
    """Tell requests apart, and see that the answer is not too old."""
    found = _found.get()
    if found is not None and monotonic() < found.until:
        return found.classes[interface]()
    raise LookupError(interface)
