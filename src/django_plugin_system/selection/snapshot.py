"""Every row that selection needs, as plain values that nobody can change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from ..clock import monotonic
from ..registry import Registry
from ..rows import ItemValues, Rows, TypeValues
from ..specs import ItemKey, PluginItemSpec, PluginTypeSpec, TypeKey
from .rule import choose

if TYPE_CHECKING:
    from ..models import PluginType


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The rows of one database, labelled with a generation no newer than they are."""

    using: str
    token: UUID | None
    types: dict[TypeKey, TypeValues]
    items: dict[UUID, tuple[ItemValues, ...]]
    """By the id of their type."""

    loaded_at: float
    """When the rows were read, on the clock of freshness, in seconds."""

    place: str
    """The database, and the schema where its alias stands for one after the other."""

    def rows(self) -> Rows:
        """Return the rows, in no order."""
        items = (item for items in self.items.values() for item in items)
        return Rows(types=tuple(self.types.values()), items=tuple(items))

    def find_type_row(self, key: TypeKey) -> PluginType | None:
        """Return a new row object that knows its items, or None; costs no query."""
        from ..models import PluginItem, PluginType

        values = self.types.get(key)
        if values is None:
            return None
        row = PluginType.from_db(self.using, TypeValues._fields, values)
        row.known_items = [
            PluginItem.from_db(self.using, ItemValues._fields, item)
            for item in self.items.get(values.id, ())
        ]
        for item in row.known_items:
            item.plugin_type = row
        return row


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A snapshot with each type's answer worked out for one state of the registry."""

    snapshot: Snapshot
    version: int
    """The version of the registry."""

    by_key: dict[tuple[str, str], type | None]
    """Of each type that leaves the choice to the default rule, and has a row; and of
    each that a test overrides."""

    by_interface: dict[object, type]
    """Of those that have a class, and whose interface belongs to no other type."""


def take(
    using: str,
    token: UUID | None,
    rows: Rows,
    loaded_at: float,
    place: str | None = None,
) -> Snapshot:
    """Return a snapshot of rows that were read after their ``token``."""
    of_type: dict[UUID, list[ItemValues]] = {}
    for item in rows.items:
        of_type.setdefault(item.plugin_type_id, []).append(item)
    return Snapshot(
        using=using,
        token=token,
        types={TypeKey(row.name, row.manager): row for row in rows.types},
        items={pk: tuple(items) for pk, items in of_type.items()},
        loaded_at=loaded_at,
        place=place or using,
    )


def compile_(snapshot: Snapshot, registry: Registry) -> Compiled:
    """Work out the answers of all types that leave them to the default rule."""
    version = registry.version
    specs = registry.types()
    by_key: dict[tuple[str, str], type | None] = {
        spec.key: _choose_class(spec, snapshot, registry)
        for spec in specs
        if spec.get_plugin is None and spec.key in snapshot.types
    }
    by_key |= {key: item.plugin_class for key, item in registry.overrides().items()}
    types_with = Counter(spec.interface for spec in specs)
    return Compiled(
        snapshot=snapshot,
        version=version,
        by_key=by_key,
        by_interface={
            spec.interface: plugin_class
            for spec in specs
            if types_with[spec.interface] == 1
            and (plugin_class := by_key.get(spec.key)) is not None
        },
    )


def compile_defaults(using: str, registry: Registry) -> Compiled:
    """Work out the answers as if every registered item had its row, active."""
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


def _choose_class(
    spec: PluginTypeSpec, snapshot: Snapshot, registry: Registry
) -> type | None:
    row = snapshot.types[spec.key]
    chosen = choose(
        _Candidate(item, registry.find_item(ItemKey(item.name, item.module, spec.key)))
        for item in snapshot.items.get(row.id, ())
    )
    return chosen.spec.plugin_class if chosen and chosen.spec else None


class _Candidate:
    """A row's values and its code, as the rule wants to see them."""

    def __init__(self, values: ItemValues, spec: PluginItemSpec | None) -> None:
        self.status = values.status
        self.spec = spec
        self._rank = (values.priority, values.name, values.module)

    @property
    def is_orphan(self) -> bool:
        return self.spec is None

    def rank(self) -> tuple[int, str, str]:
        return self._rank
