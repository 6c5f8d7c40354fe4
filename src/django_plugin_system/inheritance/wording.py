"""What several messages say in the same words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches


def find_close(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that one comes closest to, or None."""
    # One in capitals, say, is closer than it looks.
    names = {each.lower(): each for each in sorted(known, reverse=True)}
    close = get_close_matches(name.lower(), names, n=1)
    return names[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return that question, or nothing if no known name is close."""
    close = find_close(name, known)
    return f"Did you mean {close!r}?" if close else ""


def listed(names: Iterable[str]) -> str:
    """Return names as part of a sentence."""
    return ", ".join(names)


def path_of(cls: type) -> str:
    """Return the dotted path of a class, as in INSTALLED_APPS."""
    return f"{cls.__module__}.{cls.__qualname__}"


def place(cls: type) -> str:
    """Return file and line of a class, or its dotted path if there is no source."""
    # Whatever a loader does where it has none: a message must not fail for that.
    with suppress(Exception):
        _, line = inspect.getsourcelines(cls)
        return f"{inspect.getsourcefile(cls)}:{line}"
    return path_of(cls)
