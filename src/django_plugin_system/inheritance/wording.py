"""What several messages say in the same words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return that question, or nothing if no known name is close."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def place(cls: type) -> str:
    """Return file and line of a class, or its dotted path if there is no source."""
    try:
        _, line = inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return f"{cls.__module__}.{cls.__qualname__}"
    return f"{inspect.getsourcefile(cls)}:{line}"
