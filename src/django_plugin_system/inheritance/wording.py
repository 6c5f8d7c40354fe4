"""What several messages say in the same words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return that question, or nothing if no known name is close."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def path_of(cls: type) -> str:
    """Return the dotted path of a class, as in INSTALLED_APPS."""
    return f"{cls.__module__}.{cls.__qualname__}"


def place(cls: type) -> str:
    """Return file and line of a class, or its dotted path if there is no source."""
    try:
        _, line = inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return path_of(cls)
    return f"{inspect.getsourcefile(cls)}:{line}"
