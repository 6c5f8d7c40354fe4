"""Rows follow what code declares; what operators decided is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from django.apps import AppConfig
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connections,
    router,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper

from .exceptions import SyncError
from .models import PluginItem, PluginType
from .register import is_installed
from .registry import plugins
from .specs import ItemKey, PluginItemSpec, TypeKey

Mode = Literal["create", "update"]

# InnoDB asks its users to repeat a transaction that lost a deadlock. The other reason
# is rows that changed under the plan; a new plan starts from them.
ATTEMPTS = 5


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
        return any(
            getattr(self, each.name)
            for each in fields(self)
            if each.name not in ("orphans", "unresolved")
        )


def sync(
    *,
    mode: Mode = "create",
    prune: bool = False,
    dry_run: bool = False,
    using: str | None = None,
) -> SyncReport:
    """Bring the rows of one database in step with the registry; return what was done.

    ``create`` adds rows and leaves existing ones alone; ``update`` also refreshes their
    description and priority, never their status. ``prune`` deletes rows of apps that
    are no longer installed. ``dry_run`` writes nothing. ``using`` is a database alias;
    by default the one that the models are written to.

    One transaction, a constant number of queries, and safe to run in many processes
    at once. Raises SyncError when the tables are not there or can't be written.
    """
    using = using or router.db_for_write(PluginType)
    _check_tables(using)
    for attempt in range(1, ATTEMPTS + 1):
        plan = _Plan(using, mode=mode, prune=prune)
        if dry_run or not plan.report.has_changes:
            return plan.report
        try:
            with transaction.atomic(using=using), _wide_batches(connections[using]):
                plan.carry_out()
        except (OperationalError, IntegrityError) as error:
            # An outer transaction is its owner's to repeat.
            if attempt == ATTEMPTS or connections[using].in_atomic_block:
                raise SyncError(_cannot_write(using, error)) from error
        except DatabaseError as error:
            raise SyncError(_cannot_write(using, error)) from error
        else:
            return plan.report
    raise AssertionError("unreachable")


def sync_after_migrate(*, sender: AppConfig, using: str, **kwargs: object) -> None:
    """Create what is missing in the database that was migrated; never prune.

    A receiver of post_migrate. Does nothing where the tables do not belong or, after a
    migration to zero or of another app alone, are not there.
    """
    if router.allow_migrate_model(using, PluginType) and has_tables(using):
        sync(using=using)


def has_tables(using: str) -> bool:
    """Tell whether the tables of plugin types and plugin items are there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return {PluginType._meta.db_table, PluginItem._meta.db_table} <= set(tables)


class _Plan:
    """What has to be written so that rows follow code; made from two queries."""

    def __init__(self, using: str, *, mode: Mode, prune: bool) -> None:
        self.using = using
        self.mode = mode
        types = PluginType.objects.using(using)
        items = PluginItem.objects.using(using).select_related("plugin_type")
        self.type_rows = {row.key: row for row in types}
        self.item_rows = {row.key: row for row in items}
        self.types = list(self._types_to_write())
        self.items = list(self._items_to_write())
        self.gone_types = [
            key for key in self.type_rows if prune and not _is_wanted_type(key)
        ]
        self.gone_items = [
            key
            for key in self.item_rows
            if prune and (key.type in self.gone_types or not _is_wanted_item(key))
        ]
        self.report = self._make_report()

    def carry_out(self) -> None:
        """Write the plan; leave in the report only what this process has created."""
        self._write_types()
        self._write_items()
        self._prune()

    def _types_to_write(self) -> Iterator[PluginType]:
        for spec in plugins.types():
            row, text = self.type_rows.get(spec.key), str(spec.description)
            if row is None or (self.mode == "update" and row.description != text):
                yield PluginType(name=spec.name, manager=spec.manager, description=text)

    def _items_to_write(self) -> Iterator[tuple[TypeKey, PluginItem]]:
        for spec in plugins.items():
            row = self.item_rows.get(spec.key)
            if row is None or (self.mode == "update" and not _is_current(row, spec)):
                yield (
                    spec.type_key,
                    PluginItem(
                        name=spec.name,
                        module=spec.module,
                        priority=spec.priority,
                        description=str(spec.description),
                    ),
                )

    def _make_report(self) -> SyncReport:
        created_types, updated_types = _parted(
            [row.key for row in self.types], self.type_rows
        )
        created_items, updated_items = _parted(
            [_item_key(row, type_key) for type_key, row in self.items], self.item_rows
        )
        return SyncReport(
            created_types=created_types,
            created_items=created_items,
            updated_types=updated_types,
            updated_items=updated_items,
            pruned_types=sorted(map(str, self.gone_types)),
            pruned_items=sorted(map(str, self.gone_items)),
            orphans=sorted(
                str(key)
                for key in self.item_rows
                if plugins.find_item(key) is None and key not in self.gone_items
            ),
            unresolved=[unresolved.item for unresolved in plugins.unresolved()],
        )

    def _write_types(self) -> None:
        if not self.types:
            return
        manager = PluginType.objects.using(self.using)
        manager.bulk_create(
            self.types, **self._on_conflict(["name", "manager"], ["description"])
        )
        # Another process may have been faster: its ids count, not the ones made here.
        self.type_rows = {row.key: row for row in manager.all()}
        created = {str(row.key) for row in self.types if row == self.type_rows[row.key]}
        self.report.created_types[:] = [
            label for label in self.report.created_types if label in created
        ]

    def _write_items(self) -> None:
        if not self.items:
            return
        for type_key, row in self.items:
            row.plugin_type = self.type_rows[type_key]
        manager = PluginItem.objects.using(self.using)
        manager.bulk_create(
            [row for _, row in self.items],
            **self._on_conflict(
                ["name", "module", "plugin_type"], ["priority", "description"]
            ),
        )
        written = set(manager.values_list("pk", flat=True))
        created = {str(row.key) for _, row in self.items if row.pk in written}
        self.report.created_items[:] = [
            label for label in self.report.created_items if label in created
        ]

    def _on_conflict(self, unique: list[str], refreshed: list[str]) -> dict[str, Any]:
        if self.mode == "create":
            return {"ignore_conflicts": True}
        # One statement that adds or refreshes. Status is not in it, so whatever an
        # operator decides meanwhile stays.
        features = connections[self.using].features
        target = features.supports_update_conflicts_with_target
        return {
            "update_conflicts": True,
            "update_fields": refreshed,
            "unique_fields": unique if target else None,
        }

    def _prune(self) -> None:
        if self.gone_items:
            pks = [self.item_rows[key].pk for key in self.gone_items]
            PluginItem.objects.using(self.using).filter(pk__in=pks).delete()
        if self.gone_types:
            pks = [self.type_rows[key].pk for key in self.gone_types]
            PluginType.objects.using(self.using).filter(pk__in=pks).delete()


def _is_wanted_type(key: TypeKey) -> bool:
    return plugins.find_type(key) is not None or is_installed(key.manager)


def _is_wanted_item(key: ItemKey) -> bool:
    return plugins.find_item(key) is not None or is_installed(key.module)


def _is_current(row: PluginItem, spec: PluginItemSpec) -> bool:
    description = row.description or ""
    return (row.priority, description) == (spec.priority, str(spec.description))


def _item_key(row: PluginItem, type_key: TypeKey) -> ItemKey:
    return ItemKey(row.name, row.module, type_key)


def _parted(
    keys: Iterable[TypeKey | ItemKey], rows: Container[TypeKey | ItemKey]
) -> tuple[list[str], list[str]]:
    new: list[str] = []
    known: list[str] = []
    for key in keys:
        (known if key in rows else new).append(str(key))
    return new, known


def _check_tables(using: str) -> None:
    if not router.allow_migrate_model(using, PluginType):
        raise SyncError(
            f"A database router keeps the tables of plugins out of {using!r}. Name the "
            f"database that has them, such as {router.db_for_write(PluginType)!r}."
        )
    if not has_tables(using):
        raise SyncError(
            f"Database {using!r} has no tables for plugins yet. "
            f"Run 'manage.py migrate --database {using}' first."
        )


def _cannot_write(using: str, error: DatabaseError) -> str:
    return (
        f"Nothing was changed in database {using!r}, since it refused to be written: "
        f"{error}. Make it writable, then run 'manage.py pluginsync' again."
    )


@contextmanager
def _wide_batches(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # Django 5.2 splits SQLite's inserts at 999 parameters, a limit of builds before
    # 2020; Django 6 asks the connection for its own, as is done here.
    features = connection.features
    if connection.vendor != "sqlite" or features.max_query_params != 999:
        yield
        return
    connection.ensure_connection()
    limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    features.max_query_params = limit
    try:
        yield
    finally:
        del features.max_query_params
