"""The types and items of one database as they are now, and what people call them."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from .. import addresses
from ..exceptions import PluginItemNotFound
from ..models.generation import read_latest_rows, read_rows
from ..register import aliases
from ..registry import plugins
from ..rows import Rows
from ..selection.snapshot import Snapshot, take
from ..specs import ItemKey, TypeKey


def read_now(using: str) -> Snapshot:
    """Read all rows, past what this process remembers."""
    return _snapshot(using, read_rows(using))


def read_to_write(using: str) -> Snapshot:
    """Read all rows inside of ``writing()``: nobody changes them before it ends."""
    return _snapshot(using, read_latest_rows(using))


def find_type(text: str, rows: Snapshot) -> TypeKey:
    """Return the type that is called so, or raise PluginTypeNotFound."""
    return addresses.find_type(text, known_types(rows), aliases())


def find_item(text: str, rows: Snapshot, *, type_: TypeKey | None = None) -> ItemKey:
    """Return the item that is called so, or raise PluginItemNotFound.

    ``type_`` is the one to look in first: there is less to tell apart.
    """
    known = known_items(rows)
    if type_ is None:
        return addresses.find_item(text, known, aliases())
    of_type = {key: pk for key, pk in known.items() if key.type == type_}
    try:
        return addresses.find_item(text, of_type, aliases())
    except PluginItemNotFound:
        with suppress(PluginItemNotFound):
            return addresses.find_item(text, known, aliases())
        raise


def known_types(rows: Snapshot) -> dict[TypeKey, UUID | None]:
    """Return the types with a row or with code; those without a row have no id."""
    known: dict[TypeKey, UUID | None] = {spec.key: None for spec in plugins.types()}
    known.update((key, row.id) for key, row in rows.types.items())
    return dict(sorted(known.items(), key=lambda each: each[0]))


def known_items(rows: Snapshot) -> dict[ItemKey, UUID | None]:
    """Return the items with a row or with code; those without a row have no id."""
    known: dict[ItemKey, UUID | None] = {spec.key: None for spec in plugins.items()}
    for key, type_ in rows.types.items():
        for item in rows.items.get(type_.id, ()):
            known[ItemKey(item.name, item.module, key)] = item.id
    return known


def _snapshot(using: str, rows: Rows) -> Snapshot:
    # It answers no lookup, so its age is nothing to go by.
    return take(using, None, rows, loaded_at=0.0)
