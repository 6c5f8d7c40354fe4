"""What the plugins have really delivered, wherever it arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from django.conf import settings
from outside.deliveries import Delivery, inbox


def newest_first() -> list[Delivery]:
    """Return the mails, the text messages and the lines in the file."""
    return sorted([*inbox, *lines_in_file()], key=attrgetter("at"), reverse=True)


def lines_in_file() -> Iterator[Delivery]:
    """Yield what the file notifier has written."""
    path = settings.NOTIFICATION_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.splitlines():
        at, _, rest = line.partition(" ")
        to, _, message = rest.partition(": ")
        yield Delivery(
            sender="file",
            via="file",
            to=to,
            text=message,
            at=datetime.fromisoformat(at),
        )
