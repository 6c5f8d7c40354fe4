"""Carrying out a plan while other processes and operators write the same rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, QuerySet

from ..models import PluginItem, PluginType
from .plan import Plan, Row, SyncReport, declared, labels

RowT = TypeVar("RowT", PluginType, PluginItem)


class Unfinished(OperationalError):
    """Everything was written, and still rows and code are not in step."""

    def __init__(self, rest: Plan) -> None:
        self.rows = rest.rows_to_write()
        names = labels([*rest.new_types, *rest.new_items, *self.rows])
        super().__init__(
            f"these stay out of step: {', '.join(names)}. Other processes keep writing "
            "them, or the database takes their names for those of other rows, as "
            "collations that ignore case do"
        )


def carry_out(plan: Plan, in_the_way: Sequence[Row] = ()) -> SyncReport:
    """Write the plan in one transaction; return what was done by this process.

    Raises Unfinished, with nothing written, when others were writing the same rows;
    the next attempt is to be told of these as ``in_the_way``, and waits for the first.
    """
    report = plan.report()
    if not report.has_changes:
        return report
    using = plan.using
    _wait_for(in_the_way[:1], using)
    with transaction.atomic(using=using), _one_batch(connections[using]):
        _queue_up(plan)
        plan = plan.again()
        _update(plan)
        types, items = _create(plan)
        _delete(plan)
        # Each of these leaves alone what others write or have written meanwhile. Only
        # another look tells whether all is in step now, and whose the new rows are.
        rest = plan.again()
        if rest.report().has_changes:
            raise Unfinished(rest)
    report, rows = plan.report(), set(rest.rows())
    report.created_types = labels(row for row in types if row in rows)
    report.created_items = labels(row for row in items if row in rows)
    return report


def _wait_for(rows: Sequence[Row], using: str) -> None:
    for row in rows:
        manager = type(row)._default_manager.using(using)
        with transaction.atomic(using=using):
            manager.select_for_update().filter(pk=row.pk).first()


def _queue_up(plan: Plan) -> None:
    # Whoever syncs writes the same row first, so that one comes after the other; where
    # there is none yet, inserts wait for each other. Not a type: MariaDB locks it for
    # everyone who edits an item of it. As for SQLite, it waits for the file only if a
    # transaction starts with a write.
    first = min((row.pk for row in plan.item_rows.values()), default=UUID(int=0))
    items = PluginItem.objects.using(plan.using)
    items.filter(pk=first).update(description=F("description"))


def _update(plan: Plan) -> None:
    # These columns alone: an operator may be changing the status this very moment.
    types = PluginType.objects.using(plan.using)
    types.bulk_update(_locked(plan.changed_types, types), ["description"])
    items = PluginItem.objects.using(plan.using)
    items.bulk_update(_locked(plan.changed_items, items), ["description", "priority"])


def _create(plan: Plan) -> tuple[list[PluginType], list[PluginItem]]:
    # In the registry's order, so that no two processes wait for each other's rows.
    manager = PluginType.objects.using(plan.using)
    types = [
        PluginType(name=spec.name, manager=spec.manager, **declared(spec))
        for spec in plan.new_types
    ]
    manager.bulk_create(types, ignore_conflicts=True)
    # Where another process was faster, the ids of its rows count.
    homes = {row.key: row for row in manager.all()} if types else plan.type_rows
    items = [
        PluginItem(
            name=spec.name,
            module=spec.module,
            plugin_type=homes[spec.type_key],
            **declared(spec),
        )
        for spec in plan.new_items
        if spec.type_key in homes
    ]
    PluginItem.objects.using(plan.using).bulk_create(items, ignore_conflicts=True)
    return types, items


def _delete(plan: Plan) -> None:
    items = PluginItem.objects.using(plan.using)
    items.filter(pk__in=[row.pk for row in _locked(plan.gone_items, items)]).delete()
    types = PluginType.objects.using(plan.using)
    empty = types.filter(pluginitem=None)
    empty.filter(pk__in=[row.pk for row in _locked(plan.gone_types, types)]).delete()


def _locked(rows: list[RowT], manager: QuerySet[RowT]) -> list[RowT]:
    # Without those that an operator is writing: to wait for them with others in hand
    # would end in a deadlock with an operator who wants these.
    features = connections[manager.db].features
    wanted = manager.filter(pk__in=[row.pk for row in rows])
    free = wanted.select_for_update(
        skip_locked=features.has_select_for_update_skip_locked
    )
    pks = set(free.values_list("pk", flat=True))
    return [row for row in rows if row.pk in pks]


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
