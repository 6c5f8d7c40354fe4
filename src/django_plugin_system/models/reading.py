"""Reading rows past every layer that may remember them or hold some of them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

if TYPE_CHECKING:
    from .plugins import PluginItem, PluginType

LABEL = "django_plugin_system"

# As many keys are asked for at once, where the database has no limit of its own.
BATCH = 10_000


def read(
    rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    """Return what a ``values_list()`` finds in the database now.

    Django makes the SQL and converts the values, but a plain cursor fetches them, all
    at once. Layers that cache querysets replace what executes them otherwise: methods
    of QuerySet (django-cacheops) or SQLCompiler.execute_sql() (django-cachalot). And
    ``iterator()`` opens a cursor on the server, which is lost between two statements
    where a pooler gives each transaction another connection.
    """
    # None of the compiler's methods is documented; the same in Django 5.2 to 6.1.
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        fetched = cursor.fetchall()
    return list(compiler.results_iter([fetched], tuple_expected=True))


def read_types(using: str) -> list[PluginType]:
    """Return the rows of all plugin types, in no order."""
    model = _model("PluginType")
    columns = _columns(model)
    found = read(plain(model, using).values_list(*columns), connections[using])
    return [model.from_db(using, columns, values) for values in found]


def read_items(using: str) -> list[PluginItem]:
    """Return the rows of all plugin items with their types, in no order."""
    item_model, type_model = _model("PluginItem"), _model("PluginType")
    of_item, of_type = _columns(item_model), _columns(type_model)
    rows = plain(item_model, using).values_list(
        *of_item, *(f"plugin_type__{name}" for name in of_type)
    )
    items = []
    for values in read(rows, connections[using]):
        item = item_model.from_db(using, of_item, values[: len(of_item)])
        item.plugin_type = type_model.from_db(using, of_type, values[len(of_item) :])
        items.append(item)
    return items


def has_tables(using: str, models: Iterable[type[Model]] | None = None) -> bool:
    """Tell whether the tables of these models, by default of all, are there."""
    if models is None:
        models = map(_model, ("Generation", "PluginType", "PluginItem"))
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return {model._meta.db_table for model in models} <= set(tables)


def batches(using: str, pks: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Yield the keys in lists that a statement can have as parameters."""
    wanted = list(pks)
    size = connections[using].features.max_query_params or BATCH
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def plain(model: type[Model], using: str) -> QuerySet[Any]:
    """Return all rows in no order, by a queryset that no manager has a say in."""
    return QuerySet(model, using=using).order_by()


def _model(name: str) -> Any:
    # By name, since those models are built on this module.
    return apps.get_model(LABEL, name)


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
