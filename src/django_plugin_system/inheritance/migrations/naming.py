"""How new migrations of a lineage, and of apps that refer to it, are called and placed.

What is written to files is the subject of ``writing``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations import CreateModel, RenameModel

from .files import Key, package_of
from .order import as_declared
from ..owners import lineage
from ..seams import replace


def install_new_migrations() -> None:
    """Have Django number, name and place migrations as the lineage needs them."""
    autodetector = "django.db.migrations.autodetector:MigrationAutodetector"
    replace(
        f"{autodetector}.arrange_for_graph",
        "self changes graph migration_name",
        _arrange_for_graph,
    )
    replace(
        f"{autodetector}._build_migration_list", "self graph", _build_migration_list
    )
    replace("django.db.migrations.migration:Migration.suggest_name", "self", _suggest)


def name_prefix(packages: Sequence[str]) -> str:
    """Return what names of a child's migrations start with, unlike its parents'."""
    own, *parents = (package.split(".") for package in packages)
    is_shared = any(own[0] == parent[0] for parent in parents)
    return "_".join(own) if is_shared else own[0]


def is_lineage(label: str) -> bool:
    """Tell whether an app extends another one, and has migrations as it does."""
    app = apps.app_configs.get(label)
    return (
        app is not None
        and len(lineage(app)) > 1
        and label not in settings.MIGRATION_MODULES
    )


class _LatestFirst:
    """A graph whose leaves come with the highest number first, so it is counted on."""

    def __init__(self, graph: Any, number: Callable[[str], int | None]) -> None:
        self._graph = graph
        self._number = number

    def leaf_nodes(self) -> list[Key]:
        leaves: list[Key] = self._graph.leaf_nodes()
        return sorted(leaves, key=lambda key: self._number(key[1]) or 0, reverse=True)


def _arrange_for_graph(original: Callable[..., Any]) -> Callable[..., Any]:
    def arrange_for_graph(
        self: Any, changes: Any, graph: Any, migration_name: str | None = None
    ) -> Any:
        latest_first = _LatestFirst(graph, self.parse_number)
        with as_declared(graph):
            arranged = original(self, changes, latest_first, migration_name)
            for label, migrations in arranged.items():
                if migrations and is_lineage(label):
                    first = migrations[0].dependencies
                    last = graph.leaf_nodes(label)
                    first += [key for key in last if key not in first]
        return arranged

    return arrange_for_graph


def _suggest(original: Callable[[Any], str]) -> Callable[[Any], str]:
    def suggest_name(self: Any) -> str:
        name = original(self)
        if self.initial or not is_lineage(self.app_label):
            return name
        # Else a parent could ship one of the same name, for the same change.
        prefix = name_prefix(lineage(self.app_label))
        return name if f"{name}_".startswith(f"{prefix}_") else f"{prefix}_{name}"

    return suggest_name


def _build_migration_list(original: Callable[..., None]) -> Callable[..., None]:
    def _build_migration_list(self: Any, graph: Any = None) -> None:
        original(self, graph)
        for migration in chain(*self.migrations.values()) if graph else ():
            needs = defaultdict(set)
            for dependency in chain(
                *(each._auto_deps for each in migration.operations)
            ):
                needs[dependency.app_label].add(dependency.model_name.lower())
            migration.dependencies = [
                key
                for dependency in migration.dependencies
                for key in _meant(graph, migration, dependency, needs)
            ]

    return _build_migration_list


def _meant(
    graph: MigrationGraph, migration: Migration, key: Key, needs: dict[str, set[str]]
) -> list[Key]:
    """Return the last migrations of the packages that made the models needed.

    Not the last one of all: an app of the library is installed without the child too,
    and one of the site needs what the child has made.
    """
    label = key[0]
    if label == migration.app_label or not is_lineage(label):
        return [key]
    made_by = makers(graph, label)
    packages = {made_by.get(model) for model in needs[label]} or {None}
    # Made by none yet: by one that is written together with this one.
    return [key] if None in packages else _last_of(graph, label, packages)


def makers(graph: MigrationGraph, label: str) -> dict[str, str]:
    """Return for each model, by its name in lower case, the package that made it."""
    plans = (graph.forwards_plan(key) for key in graph.leaf_nodes(label))
    made_by = {}
    for key in dict.fromkeys(chain(*plans)):
        if key[0] == label:
            node: Any = graph.nodes[key]
            for operation in state_operations(node.operations):
                if isinstance(operation, CreateModel):
                    made_by[operation.name_lower] = package_of(key)
                elif isinstance(operation, RenameModel):
                    made_by[operation.new_name_lower] = package_of(key)
    return made_by


def state_operations(operations: Sequence[Any]) -> Iterator[Any]:
    """Yield the operations that change the state, also those within others."""
    for operation in operations:
        yield operation
        yield from state_operations(getattr(operation, "state_operations", []))


def _last_of(graph: MigrationGraph, label: str, packages: set[str | None]) -> list[Key]:
    of_these = {
        key for key in graph.nodes if key[0] == label and package_of(key) in packages
    }
    with as_declared(graph):
        return sorted(
            key
            for key in of_these
            if not any(
                child.key in of_these and package_of(child.key) == package_of(key)
                for child in graph.node_map[key].children
            )
        )
