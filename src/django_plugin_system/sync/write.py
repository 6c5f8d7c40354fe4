"""Carrying out a plan, as the only writer of plugin rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ..models import PluginItem, PluginType
from ..models.generation import writing
from .plan import Mode, Plan, SyncReport, declared


def carry_out(using: str, mode: Mode, prune: bool) -> SyncReport:
    """Plan and write in one transaction; return what was done.

    Whoever writes plugin rows locks the generation first, so nobody changes a row
    between the plan and the write, and one sync comes after the other.
    """
    with writing(using), _one_batch(connections[using]):
        plan = Plan(using, mode, prune)
        report = plan.report()
        _update(plan)
        _create(plan)
        _delete(plan)
    return report


def _update(plan: Plan) -> None:
    # These columns alone: the status is the operators' own.
    types = PluginType.objects.using(plan.using)
    types.bulk_update(plan.changed_types, ["description"])
    items = PluginItem.objects.using(plan.using)
    items.bulk_update(plan.changed_items, ["description", "priority"])


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
