"""What has arrived outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    sender: str
    """The plugin that sent it."""

    via: str
    """How it arrived: by mail, by SMS or in the file."""

    to: str
    text: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


# The receivers run in threads of their own; appending to a list is safe there.
inbox: list[Delivery] = []
