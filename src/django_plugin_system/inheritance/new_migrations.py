"""What Django writes for an app that extends another: only what is the child's own."""

from __future__ import annotations

import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel, RenameModel

from .migration_files import Key, file_of, find_package, package_of
from .migration_order import as_declared
from .owners import find_owner, lineage
from .seams import replace

# In this order: RenameField has a new name too, and AddField a name.
NAMES_OF_MODELS = ("model_name", "new_name", "name")

logger = logging.getLogger("django_plugin_system")


def install_new_migrations() -> None:
    """Have Django number, name and write migrations as the lineage needs them."""
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
    replace(
        "django.db.migrations.loader:MigrationLoader.build_graph", "self", _build_graph
    )


@cache
def _install_writing() -> None:
    commands = "django.core.management.commands"
    replace(
        "django.db.migrations.writer:MigrationWriter.__init__",
        "self migration include_header",
        _write,
    )
    replace(
        f"{commands}.makemigrations:Command.write_migration_files",
        "self changes update_previous_migration_paths",
        _write_migration_files,
    )
    replace(
        f"{commands}.squashmigrations:Command.find_migration",
        "self loader app_label name",
        _find_migration,
    )


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


def _build_graph(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def build_graph(self: Any) -> None:
        # Only now: the commands import the loader, and we have been imported by that,
        # before there was anything of theirs to replace.
        _install_writing()
        original(self)

    return build_graph


# Numbers, names and dependencies


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
    made_by = _makers(graph, label)
    packages = {made_by.get(model) for model in needs[label]} or {None}
    # Made by none yet: by one that is written together with this one.
    return [key] if None in packages else _last_of(graph, label, packages)


def _makers(graph: MigrationGraph, label: str) -> dict[str, str]:
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


# Files


def _write(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, migration: Any, include_header: bool = True) -> None:
        if is_lineage(migration.app_label):
            _refuse_parents(migration)
            _keep_dependencies(migration)
        original(self, migration, include_header)

    return __init__


def _refuse_parents(migration: Migration) -> None:
    app = apps.get_app_config(migration.app_label)
    file = file_of(type(migration).__module__)
    package = find_package(lineage(app), file.parent)
    if package not in (None, app.name):
        raise CommandError(
            f"{file} is a migration of {package}, which {app.name} extends but does "
            f"not change, so nothing was written. Have 'manage.py makemigrations "
            f"{app.label}', without --update, write one of {app.name}."
        )


def _keep_dependencies(migration: Any) -> None:
    """Have a squashed migration depend on the parents' that those in it depend on."""
    # Django keeps those of the first one only, as if all others were in it.
    package, _ = MigrationLoader.migrations_module(migration.app_label)
    for label, name in migration.replaces:
        replaced: Any = sys.modules.get(f"{package}.{name}")
        for key in replaced.Migration.dependencies if replaced else ():
            if key[0] == label and key not in (
                *migration.replaces,
                *migration.dependencies,
            ):
                migration.dependencies.append(key)


def _find_migration(original: Callable[..., Any]) -> Callable[..., Any]:
    def find_migration(self: Any, loader: Any, app_label: str, name: str) -> Any:
        migration = original(self, loader, app_label, name)
        if is_lineage(app_label):
            _refuse_parents(migration)
            plan, own = loader.graph.forwards_plan, apps.get_app_config(app_label).name
            loader.graph.forwards_plan = lambda target: [
                key
                for key in plan(target)
                if key[0] == app_label and package_of(key) == own
            ]
        return migration

    return find_migration


def _write_migration_files(original: Callable[..., None]) -> Callable[..., None]:
    def write_migration_files(
        self: Any, changes: Any, update_previous_migration_paths: Any = None
    ) -> None:
        for label, migrations in changes.items():
            if is_lineage(label):
                _warn(apps.get_app_config(label), migrations)
        original(self, changes, update_previous_migration_paths)

    return write_migration_files


def _warn(app: AppConfig, migrations: list[Migration]) -> None:
    """Tell of what a parent has not written a migration for itself."""
    found = defaultdict(list)
    for migration in migrations:
        for operation in migration.operations:
            # Those in the file already are not written now, but with --update.
            if operation not in type(migration).operations:
                name = _model_name(operation)
                if package := _only_in_parent(app, name):
                    found[package].append(name)
    for package, names in found.items():
        logger.warning(
            "%s has changes of models that %s alone defines: %s. When %s ships a "
            "migration for them itself, both will make the same, and fail. If %s is "
            "yours, make its migration first, with settings that install it: "
            "'manage.py makemigrations %s --settings ...'. If it is not, ask for one.",
            f"The new migration of {app.name}",
            package,
            ", ".join(dict.fromkeys(names)),
            package,
            package,
            app.label,
        )


def _model_name(operation: Any) -> str:
    names = (getattr(operation, each, "") for each in NAMES_OF_MODELS)
    return next(filter(None, names), "")


def _only_in_parent(app: AppConfig, name: str) -> str | None:
    """Return the package of a parent that defines a model, if no child adds to it."""
    model = apps.all_models[app.label].get(name.lower())
    if model is None:
        # Nobody but who has made it can have taken it out.
        graph = MigrationLoader(None, ignore_no_migrations=True).graph
        made_by = _makers(graph, app.label).get(name.lower())
        return None if made_by == app.name else made_by
    packages = [
        owner[1] for base in model.__mro__ if (owner := find_owner(base.__module__))
    ]
    nearest = min(filter(lineage(app).__contains__, packages), key=lineage(app).index)
    return nearest if nearest != app.name and nearest == packages[0] else None
