"""Carrying out a plan, as the only writer of plugin rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4, uuid5

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ..models import PluginItem, PluginType
from ..models.generation import writing
from .plan import Mode, Plan, Spec, SyncReport, declared

NAMESPACE = UUID("57ffbba9-84ae-446b-a097-a65eb7343ba5")


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
    taken = {row.pk for row in plan.rows()}
    types = [
        PluginType(
            id=_make_id(spec, taken),
            name=spec.name,
            manager=spec.manager,
            **declared(spec),
        )
        for spec in plan.new_types
    ]
    homes = plan.type_rows | {row.key: row for row in types}
    items = [
        PluginItem(
            id=_make_id(spec, taken),
            name=spec.name,
            module=spec.module,
            plugin_type=homes[spec.type_key],
            **declared(spec),
        )
        for spec in plan.new_items
    ]
    PluginType.objects.using(plan.using).bulk_create(types)
    PluginItem.objects.using(plan.using).bulk_create(items)


def _make_id(spec: Spec, taken: set[UUID]) -> UUID:
    """Return the same id in every database, unless a row was renamed that has it."""
    # Test databases are flushed, synced, and then given back rows from before.
    made = uuid5(NAMESPACE, repr(spec.key))
    return uuid4() if made in taken else made


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
