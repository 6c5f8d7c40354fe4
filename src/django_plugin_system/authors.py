"""Who decides what is written, in which way, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

KINDS = ("user", "sync", "command", "code", "fixture", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whom the history names for a change."""

    kind: str = "code"
    """One of KINDS."""

    user_id: str = ""
    """The user's primary key, as text: history outlives users."""

    name: str = ""
    """The user's name, as it was then."""

    way: str = ""
    """Such as ``admin`` or ``pluginsync``; empty for a write by code."""

    reason: str = ""
    """Why, in the author's own words."""


_author: ContextVar[Author] = ContextVar("plugin_system_author", default=Author())


def find_author() -> Author:
    """Return who decides right now."""
    return _author.get()


@contextmanager
def decided_by(user: Any, *, reason: str = "", way: str = "") -> Iterator[None]:
    """Name, in the history, a user for all changes of plugin rows in the block.

    ``user`` is an object of the project's user model that has been saved. Blocks may be
    nested: the inner one counts, and what it does not say is as around it. Raises
    TypeError for anything else, such as an anonymous user.
    """
    if getattr(user, "pk", None) is None or not hasattr(user, "get_username"):
        raise TypeError(
            f"decided_by() takes a user who has been saved, not {user!r}. Leave it out "
            "where nobody is logged in; history then says that code has decided."
        )
    known = Author(
        kind="user",
        user_id=str(user.pk),
        name=str(user.get_username()),
        way=way or find_author().way,
        reason=reason or find_author().reason,
    )
    with _decided(known):
        yield


@contextmanager
def acting(kind: str, way: str, *, reason: str = "") -> Iterator[None]:
    """Name what writes in the block, unless a user has been named for it."""
    author = find_author()
    if author.kind != "user":
        author = replace(author, kind=kind)
    with _decided(replace(author, way=way, reason=reason or author.reason)):
        yield


@contextmanager
def _decided(author: Author) -> Iterator[None]:
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)
