"""What a database has of an app that the migrations applied there do not account for.

The migrations count, and not the models: those may be ahead of the database.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model


class Leftovers(NamedTuple):
    """Columns as table.column, and tables."""

    extra: list[str]
    missing: list[str]
    tables: list[str]
    """Such as are named like the app's, are known to nobody, and refer to the app's."""


def find_leftovers(
    loader: MigrationLoader, connection: BaseDatabaseWrapper, label: str
) -> Leftovers:
    """Compare the tables of an app with what the applied migrations have made."""
    state = loader.project_state(_last_applied(loader))
    models = [
        model
        for model in state.apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    ]
    own = {_table(each): each for each in models if each._meta.app_label == label}
    found = Leftovers([], [], [])
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in sorted(own.keys() & tables):
            described = connection.introspection.get_table_description(cursor, table)
            there = {each.name for each in described}
            # A composite key, for one, has no column of its own.
            fields = own[table]._meta.local_fields
            known = {str(field.column) for field in fields if field.column}
            found.extra.extend(f"{table}.{name}" for name in sorted(there - known))
            found.missing.extend(f"{table}.{name}" for name in sorted(known - there))
        for table in sorted(tables - {*map(_table, models)}):
            # Others may be those of another program.
            if not table.startswith(f"{label}_"):
                continue
            constraints = connection.introspection.get_constraints(cursor, table)
            keys = (each["foreign_key"] for each in constraints.values())
            if any(key and key[0] in own for key in keys):
                found.tables.append(table)
    return found


def _last_applied(loader: MigrationLoader) -> list[tuple[str, str]]:
    nodes = loader.graph.node_map
    applied = [key for key in nodes if key in loader.applied_migrations]
    return [
        key
        for key in applied
        if not any(
            child.key in loader.applied_migrations for child in nodes[key].children
        )
    ]


def _table(model: type[Model]) -> str:
    return model._meta.db_table
