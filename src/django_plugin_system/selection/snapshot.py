"""Every row that selection needs, as plain values that nobody can change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from ..clock import monotonic
from ..freshness.parts import PartedMap, PartedOrder
from ..registry import Registry
from ..rows import ItemValues, Rows, Stamp, TypeValues, Values, place_of, shifted
from ..specs import ItemKey, PluginItemSpec, TypeKey

if TYPE_CHECKING:
    from ..models import PluginType

Delta = Mapping[UUID, Values | None]
"""Rows by their ids, as they are now; None for one that is gone."""

Order = PartedOrder[ItemValues]

_in_order = partial(PartedOrder[ItemValues], key=place_of)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The rows of one database, labelled with a generation no newer than they are."""

    using: str
    stamp: Stamp | None
    types: PartedMap[UUID, TypeValues]
    ids: PartedMap[TypeKey, UUID]
    """Of the types, by their keys."""

    items: PartedMap[UUID, ItemValues]
    orders: PartedMap[UUID, Order]
    """The items of each type in the order of selection, by the id of their type."""

    loaded_at: float
    """When all rows were read, on the clock of freshness, in seconds."""

    took: float = 0.0
    """How long that has taken, in seconds."""

    @property
    def token(self) -> UUID | None:
        return self.stamp.token if self.stamp else None

    def is_young(self, seconds: float) -> bool:
        """Tell whether all rows were read less than so many seconds ago."""
        # What seems to come from the future is old: the clock has been set back.
        return 0 <= monotonic() - self.loaded_at < seconds

    def find_type(self, key: TypeKey) -> TypeValues | None:
        """Return the row of a type, or None."""
        pk = self.ids.get(key)
        return None if pk is None else self.types.get(pk)

    def items_of(self, type_id: UUID) -> Iterator[ItemValues]:
        """Yield the items of a type in the order of selection."""
        return iter(self.orders.get(type_id) or ())

    def rows(self) -> Rows:
        """Return the rows, in no order."""
        return Rows(tuple(self.types.values()), tuple(self.items.values()))

    def find_type_row(self, key: TypeKey) -> PluginType | None:
        """Return a new row object that knows its items, or None; costs no query."""
        from ..models import PluginItem, PluginType

        values = self.find_type(key)
        if values is None:
            return None
        row = PluginType.from_db(self.using, TypeValues._fields, values)
        row.known_items = [
            PluginItem.from_db(self.using, ItemValues._fields, item)
            for item in self.items_of(values.id)
        ]
        for item in row.known_items:
            item.plugin_type = row
        return row

    def changed(self, stamp: Stamp, delta: Delta) -> Snapshot | None:
        """Return what the snapshot is after these changes, or None if they don't fit.

        They fit if they shift the digest to the one of the stamp. Where the log has a
        gap, or rows were changed behind it, or the database has been restored, they do
        not, and all rows are to be read.
        """
        gone = [*filter(None, map(self._find, delta))]
        come = [*filter(None, delta.values())]
        if not self.stamp or shifted(self.stamp.digest, gone, come) != stamp.digest:
            return None
        types = {pk: row for pk, row in delta.items() if self._is_type(pk, row)}
        items = {pk: row for pk, row in delta.items() if pk not in types}
        return Snapshot(
            using=self.using,
            stamp=stamp,
            types=self.types.changed(types),
            ids=self.ids.changed(_ids_after(gone, come)),
            items=self.items.changed(items),
            orders=self.orders.changed(self._orders_after(gone, come)),
            loaded_at=self.loaded_at,
            took=self.took,
        )

    def _find(self, pk: UUID) -> Values | None:
        return self.items.get(pk) or self.types.get(pk)

    def _is_type(self, pk: UUID, row: Values | None) -> bool:
        return isinstance(row or self._find(pk), TypeValues)

    def _orders_after(
        self, gone: list[Values], come: list[Values]
    ) -> dict[UUID, Order | None]:
        of_type: dict[UUID, tuple[list[ItemValues], list[ItemValues]]] = {}
        for number, rows in enumerate((gone, come)):
            for row in rows:
                if isinstance(row, ItemValues):
                    of_type.setdefault(row.plugin_type_id, ([], []))[number].append(row)
        orders: dict[UUID, Order | None] = {}
        for type_id, (old, new) in of_type.items():
            order = (self.orders.get(type_id) or _in_order(())).changed(old, new)
            orders[type_id] = order if len(order) else None
        return orders


def _ids_after(gone: list[Values], come: list[Values]) -> dict[TypeKey, UUID | None]:
    ids: dict[TypeKey, UUID | None] = {
        TypeKey(row.name, row.manager): None
        for row in gone
        if isinstance(row, TypeValues)
    }
    ids.update(
        (TypeKey(row.name, row.manager), row.id)
        for row in come
        if isinstance(row, TypeValues)
    )
    return ids


def take(using: str, stamp: Stamp | None, rows: Rows, loaded_at: float) -> Snapshot:
    """Return a snapshot of rows that were read after their ``stamp``."""
    of_type: dict[UUID, list[ItemValues]] = {}
    for item in rows.items:
        of_type.setdefault(item.plugin_type_id, []).append(item)
    return Snapshot(
        using=using,
        stamp=stamp,
        types=PartedMap((row.id, row) for row in rows.types),
        ids=PartedMap((TypeKey(row.name, row.manager), row.id) for row in rows.types),
        items=PartedMap((row.id, row) for row in rows.items),
        orders=PartedMap((pk, _in_order(items)) for pk, items in of_type.items()),
        loaded_at=loaded_at,
    )


class Compiled:
    """The answers of a snapshot, for one state of the registry.

    Each is worked out when it is asked for, and then kept.
    """

    __slots__ = ("by_interface", "by_key", "snapshot", "version")

    def __init__(self, snapshot: Snapshot, registry: Registry) -> None:
        self.version = registry.version
        """Of the registry. What is registered meanwhile gives it another number."""

        self.snapshot = snapshot
        self.by_key = _ByKey(snapshot, registry)
        self.by_interface = _ByInterface(self.by_key)


class _ByKey(dict[tuple[str, str], "type | None"]):
    """Of each type that has a row and leaves the choice to the default rule."""

    def __init__(self, snapshot: Snapshot, registry: Registry) -> None:
        self.snapshot = snapshot
        self.registry = registry

    def __missing__(self, key: tuple[str, str]) -> type | None:
        spec = self.registry.find_type(TypeKey(*key))
        row = self.snapshot.find_type(TypeKey(*key))
        if spec is None or spec.get_plugin is not None or row is None:
            raise KeyError(key)
        chosen = self._choose(row, spec.key)
        self[key] = chosen.plugin_class if chosen else None
        return self[key]

    def _choose(self, row: TypeValues, key: TypeKey) -> PluginItemSpec | None:
        # The default rule, as in rule.choose(), of rows that are in its order already.
        for item in self.snapshot.items_of(row.id):
            if not item.may_answer:
                break
            if spec := self.registry.find_item(ItemKey(item.name, item.module, key)):
                return spec
        return None


class _ByInterface(dict[object, "type | None"]):
    """Of each interface that belongs to one such type alone."""

    def __init__(self, by_key: _ByKey) -> None:
        self.by_key = by_key

    def __missing__(self, interface: object) -> type | None:
        self[interface] = self.by_key[self.by_key.registry.get_type_with(interface).key]
        return self[interface]


def compile_(snapshot: Snapshot, registry: Registry) -> Compiled:
    """Return the answers of a snapshot."""
    return Compiled(snapshot, registry)


def compile_defaults(using: str, registry: Registry) -> Compiled:
    """Return the answers as if every registered item had its row, active."""
    rows = complete(Rows(types=(), items=()), registry)
    return compile_(take(using, None, rows, monotonic()), registry)


def complete(rows: Rows, registry: Registry) -> Rows:
    """Return these rows, and those that a sync would add to them."""
    types = {TypeKey(row.name, row.manager): row for row in rows.types}
    for type_ in registry.types():
        types.setdefault(type_.key, TypeValues(uuid4(), *type_.key))
    keys = {(row.plugin_type_id, row.module, row.name) for row in rows.items}
    missing = [
        ItemValues(
            id=uuid4(),
            plugin_type_id=types[item.type_key].id,
            module=item.module,
            name=item.name,
            status="active",
            priority=item.priority,
        )
        for item in registry.items()
        if (types[item.type_key].id, item.module, item.name) not in keys
    ]
    return Rows(types=tuple(types.values()), items=(*rows.items, *missing))
