"""What one package of a lineage makes or removes, and another does not know of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations import (
    AddField,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)

from .files import Key, package_of
from .naming import state_operations

Made = dict[tuple[str, str], Key]


class Clash(NamedTuple):
    """A model or a field that is made although it is there, or needed when gone."""

    model: str
    field: str
    """Empty if it is the model."""

    first: Key
    second: Key
    is_gone: bool = False
    """The first one removes it, and the second one needs it."""


def find_clashes(graph: MigrationGraph, label: str) -> Iterator[Clash]:
    """Yield them in the order in which migrations run; each name in lower case."""
    made: Made = {}
    gone: Made = {}
    plans = (graph.forwards_plan(key) for key in graph.leaf_nodes(label))
    for key in dict.fromkeys(chain(*plans)):
        if key[0] == label:
            node: Any = graph.nodes[key]
            for operation in state_operations(node.operations):
                for model, field in _makes(operation):
                    first = made.get((model, field), key)
                    if package_of(first) != package_of(key):
                        yield Clash(model, field, first, key)
                for name in _needs(operation):
                    first = gone.get(name, key)
                    if name not in made and package_of(first) != package_of(key):
                        yield Clash(*name, first, key, is_gone=True)
                there = {*made}
                _apply(operation, made, key)
                gone |= dict.fromkeys(there - made.keys(), key)


def _makes(operation: Any) -> Iterator[tuple[str, str]]:
    if isinstance(operation, CreateModel):
        yield operation.name_lower, ""
    elif isinstance(operation, RenameModel):
        yield operation.new_name_lower, ""
    elif isinstance(operation, AddField):
        yield operation.model_name_lower, operation.name_lower
    elif isinstance(operation, RenameField):
        yield operation.model_name_lower, operation.new_name_lower


def _needs(operation: Any) -> Iterator[tuple[str, str]]:
    if isinstance(operation, DeleteModel):
        yield operation.name_lower, ""
    elif isinstance(operation, RenameModel):
        yield operation.old_name_lower, ""
    elif isinstance(operation, RenameField):
        yield operation.model_name_lower, operation.old_name_lower
    elif isinstance(operation, AlterField | RemoveField):
        yield operation.model_name_lower, operation.name_lower
    elif isinstance(operation, AddField):
        yield operation.model_name_lower, ""


def _apply(operation: Any, made: Made, key: Key) -> None:
    if isinstance(operation, CreateModel):
        fields = [name.lower() for name, _ in operation.fields]
        made |= {(operation.name_lower, name): key for name in ("", *fields)}
    elif isinstance(operation, RenameModel):
        for name in _of_model(made, operation.old_name_lower):
            made[operation.new_name_lower, name] = made.pop(
                (operation.old_name_lower, name)
            )
        made[operation.new_name_lower, ""] = key
    elif isinstance(operation, DeleteModel):
        for name in _of_model(made, operation.name_lower):
            del made[operation.name_lower, name]
    elif isinstance(operation, AddField):
        made[operation.model_name_lower, operation.name_lower] = key
    elif isinstance(operation, RemoveField):
        made.pop((operation.model_name_lower, operation.name_lower), None)
    elif isinstance(operation, RenameField):
        made.pop((operation.model_name_lower, operation.old_name_lower), None)
        made[operation.model_name_lower, operation.new_name_lower] = key


def _of_model(made: Made, model: str) -> list[str]:
    return [name for each, name in made if each == model]
