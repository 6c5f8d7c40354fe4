"""Carrying out a plan, as the only writer of plugin rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ..models import PluginItem, PluginType
from ..models.generation import find_stamp
from ..models.writing import writing
from ..rows import Rows
from .plan import Mode, Plan, SyncReport, declared


def carry_out(using: str, mode: Mode, prune: bool) -> SyncReport:
    """Plan and write in one transaction; return what was done.

    Whoever writes plugin rows locks the generation first, so nobody changes a row
    between the plan and the write, and one sync comes after the other.
    """
    with writing(using) as block, _one_batch(connections[using]):
        plan = Plan(using, mode, prune)
        # Rows that were written by SQL or, in data migrations, by models that log
        # nothing: whoever has them otherwise is to read all.
        block.is_unsure |= not is_generation_of(plan.seen, using)
        report = plan.report()
        _update(plan)
        _create(plan)
        _delete(plan)
    return report


def is_generation_of(rows: Rows, using: str) -> bool:
    """Tell whether these rows are those that the last write has left."""
    stamp = find_stamp(using)
    return stamp is not None and stamp.digest == rows.digest()


def _update(plan: Plan) -> None:
    # These columns alone: the status is the operators' own.
    _overwrite(PluginType, plan.changed_types, ["description"], plan.using)
    _overwrite(PluginItem, plan.changed_items, ["description", "priority"], plan.using)


def _overwrite(
    model: type[PluginType | PluginItem],
    rows: list[Any],
    columns: list[str],
    using: str,
) -> None:
    # Not bulk_update(), which has a condition for each row in one expression: with
    # 10,000 of them, PostgreSQL compiles that for minutes. The rows are there, since
    # nobody else may write.
    has_target = connections[using].features.supports_update_conflicts_with_target
    model.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        update_fields=columns,
        unique_fields=["id"] if has_target else None,
    )


def _create(plan: Plan) -> None:
    types = [
        PluginType(name=spec.name, manager=spec.manager, **declared(spec))
        for spec in plan.new_types
    ]
    homes = plan.type_rows | {row.key: row for row in types}
    items = [
        PluginItem(
            name=spec.name,
            module=spec.module,
            plugin_type=homes[spec.type_key],
            **declared(spec),
        )
        for spec in plan.new_items
    ]
    PluginType.objects.using(plan.using).bulk_create(types)
    PluginItem.objects.using(plan.using).bulk_create(items)


def _delete(plan: Plan) -> None:
    items = PluginItem.objects.using(plan.using)
    items.filter(pk__in=[row.pk for row in plan.gone_items]).delete()
    types = PluginType.objects.using(plan.using)
    types.filter(pk__in=[row.pk for row in plan.gone_types]).delete()


@contextmanager
def _one_batch(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # Django 5.2 splits statements for SQLite at 999 parameters, the limit of builds
    # before 2020; Django 6 asks the connection for its own, as is done here.
    features = connection.features
    before = features.max_query_params
    if before != 999:
        yield
        return
    limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    features.max_query_params = limit
    try:
        yield
    finally:
        features.max_query_params = before
