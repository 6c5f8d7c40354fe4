"""Which plugin type or plugin item people mean by what they have written.

Nothing is taken apart: names may hold colons, spaces and " for ". What was written is
compared with all ways to write each one that is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar
from uuid import UUID

from .exceptions import PluginItemNotFound, PluginLookupError, PluginTypeNotFound
from .specs import ItemKey, TypeKey

SHOWN = 10

KeyT = TypeVar("KeyT", TypeKey, ItemKey)
Aliases = Mapping[str, Sequence[str]]
"""Other names that the manager of a plugin type goes by."""


def find_type(
    text: str, known: Mapping[TypeKey, UUID | None], aliases: Aliases | None = None
) -> TypeKey:
    """Return the type that goes by ``manager:type``, ``type`` or its row's id.

    Raises PluginTypeNotFound if none does, or more than one.
    """
    ways = {key: list(_ways_of_type(key, aliases or {})) for key in known}
    return _find(text, known, ways, "plugin type", PluginTypeNotFound)


def find_item(
    text: str, known: Mapping[ItemKey, UUID | None], aliases: Aliases | None = None
) -> ItemKey:
    """Return the item that goes by ``module:item for manager:type`` or its row's id.

    What is not needed to tell it from others can be left out: the module, the manager,
    the type. Raises PluginItemNotFound if none goes by that, or more than one.
    """
    ways = {key: list(_ways_of_item(key, aliases or {})) for key in known}
    return _find(text, known, ways, "plugin item", PluginItemNotFound)


def _ways_of_type(key: TypeKey, aliases: Aliases) -> Iterator[str]:
    """Yield every way to write a type; the first is the one that says all."""
    for manager in (key.manager, *aliases.get(key.manager, ())):
        yield str(key._replace(manager=manager))
    yield key.name


def _ways_of_item(key: ItemKey, aliases: Aliases) -> Iterator[str]:
    for type_ in _ways_of_type(key.type, aliases):
        yield f"{key.module}:{key.name} for {type_}"
        yield f"{key.name} for {type_}"
    yield f"{key.module}:{key.name}"
    yield key.name


def _find(
    text: str,
    known: Mapping[KeyT, UUID | None],
    ways: Mapping[KeyT, list[str]],
    kind: str,
    error: type[PluginLookupError],
) -> KeyT:
    # What says all of one thing means that, even if it is short for another.
    for found in (
        [key for key, pk in known.items() if pk is not None and str(pk) == text],
        [key for key in known if str(key) == text],
        [key for key in known if text in ways[key]],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise error(_ambiguous(text, found, known, kind))
    raise error(_unknown(text, ways, kind))


def _ambiguous(
    text: str, found: list[KeyT], known: Mapping[KeyT, UUID | None], kind: str
) -> str:
    names = sorted(map(str, found))
    if len(set(names)) == 1:
        # Colons in names can make two look the same.
        names = sorted(str(known[key]) for key in found if known[key] is not None)
        kind += "s, which only their ids tell apart"
    else:
        kind += "s"
    lines = [f"  {name}" for name in names[:SHOWN]]
    if len(names) > SHOWN:
        lines.append(f"  and {len(names) - SHOWN} more")
    listed = "\n".join(lines)
    return f"{text!r} fits {len(found)} {kind}:\n{listed}\nWrite one of these."


def _unknown(text: str, ways: Mapping[KeyT, list[str]], kind: str) -> str:
    message = f"No {kind} is called {text!r}."
    if not ways:
        return f"{message} There is none at all."
    meant = {way.casefold(): key for key in sorted(ways) for way in ways[key]}
    if close := get_close_matches(text.casefold(), meant, n=1):
        return f"{message} Did you mean {str(meant[close[0]])!r}?"
    return f"{message} 'manage.py plugins list' shows all."
