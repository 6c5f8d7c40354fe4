"""What sets rows and code apart; read with two queries, nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from ..models import PluginItem, PluginType
from ..models.reading import read_items, read_types
from ..register import is_installed
from ..registry import plugins
from ..rows import ItemValues, Rows, TypeValues
from ..specs import PluginItemSpec, PluginTypeSpec

Mode = Literal["create", "update"]
Row = PluginType | PluginItem
Spec = PluginTypeSpec | PluginItemSpec


@dataclass(slots=True)
class SyncReport:
    """What a sync did or, as a plan, would do. Names are ``app:name``."""

    created_types: list[str] = field(default_factory=list)
    created_items: list[str] = field(default_factory=list)
    updated_types: list[str] = field(default_factory=list)
    updated_items: list[str] = field(default_factory=list)
    pruned_types: list[str] = field(default_factory=list)
    pruned_items: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    """Rows that stay although no code is registered for them."""

    unresolved: list[str] = field(default_factory=list)
    """Items that get no row, since no one has registered their type."""

    @property
    def has_changes(self) -> bool:
        """Whether any row was, or would be, written."""
        return bool(
            self.created_types
            or self.created_items
            or self.updated_types
            or self.updated_items
            or self.pruned_types
            or self.pruned_items
        )


class Plan:
    """What has to be written to bring the rows of one database in step with code."""

    def __init__(self, using: str, mode: Mode, prune: bool) -> None:
        self.using, self.mode, self.prune = using, mode, prune
        types = read_types(using)
        items = read_items(using)
        self.seen = Rows(
            types=tuple(map(_type_values, types)), items=tuple(map(_item_values, items))
        )
        """What selection sees of the rows, before the plan is carried out."""

        self.type_rows = {row.key: row for row in types}
        self.item_rows = {row.key: row for row in items}
        self.new_types = [
            spec for spec in plugins.types() if spec.key not in self.type_rows
        ]
        self.new_items = [
            spec for spec in plugins.items() if spec.key not in self.item_rows
        ]
        self.changed_types = [
            row for row in types if mode == "update" and _refresh(row)
        ]
        self.changed_items = [
            row for row in items if mode == "update" and _refresh(row)
        ]
        self.gone_types = [row for row in types if prune and _is_gone(row, row.manager)]
        gone = {row.pk for row in self.gone_types}
        self.gone_items = [
            row
            for row in items
            if prune and (row.plugin_type_id in gone or _is_gone(row, row.module))
        ]

    def report(self) -> SyncReport:
        """Return what the plan is to do."""
        kept = {*self.rows()} - {*self.gone_types, *self.gone_items}
        return SyncReport(
            created_types=labels(self.new_types),
            created_items=labels(self.new_items),
            updated_types=labels(self.changed_types),
            updated_items=labels(self.changed_items),
            pruned_types=labels(self.gone_types),
            pruned_items=labels(self.gone_items),
            orphans=labels(row for row in kept if row.spec is None),
            unresolved=[unresolved.item for unresolved in plugins.unresolved()],
        )

    def rows(self) -> list[Row]:
        """Return every row there is."""
        return [*self.type_rows.values(), *self.item_rows.values()]


def declared(spec: Spec) -> dict[str, Any]:
    """Return the columns that follow the code."""
    columns: dict[str, Any] = {"description": str(spec.description)}
    if isinstance(spec, PluginItemSpec):
        columns["priority"] = spec.priority
    return columns


def labels(things: Iterable[Row | Spec]) -> list[str]:
    """Return what people call these rows or specs, sorted."""
    return sorted(str(each.key) for each in things)


def _type_values(row: PluginType) -> TypeValues:
    return TypeValues(row.id, row.name, row.manager)


def _item_values(row: PluginItem) -> ItemValues:
    return ItemValues(
        row.id, row.plugin_type_id, row.module, row.name, row.status, row.priority
    )


def _refresh(row: Row) -> bool:
    """Give the row what its code declares; tell whether it had anything else."""
    columns = declared(row.spec) if row.spec else {}
    before = {name: getattr(row, name) for name in columns}
    for name, value in columns.items():
        setattr(row, name, value)
    return before != columns


def _is_gone(row: Row, app: str) -> bool:
    return row.spec is None and not is_installed(app)
