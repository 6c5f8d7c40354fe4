"""What Django writes for an app that extends another: only what is the child's own."""

from __future__ import annotations

import logging
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps
from django.core.management.base import CommandError
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from .files import file_of, find_package, package_of
from .naming import is_lineage, makers
from ..owners import find_owner, lineage
from ..seams import replace

# In this order: RenameField has a new name too, and AddField a name.
NAMES_OF_MODELS = ("model_name", "new_name", "name")

logger = logging.getLogger("django_plugin_system")


def install() -> None:
    """Have Django write no parent's migration, and warn of a parent's changes."""
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


def _write(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, migration: Any, include_header: bool = True) -> None:
        if is_lineage(migration.app_label):
            _refuse_parents(migration)
            _keep_dependencies(migration)
        original(self, migration, include_header)

    return __init__


def _refuse_parents(migration: Migration) -> None:
    app = apps.get_app_config(migration.app_label)
    module = type(migration).__module__
    package = find_package(app.label, module)
    if package not in (None, app.name):
        raise CommandError(
            f"{file_of(module)} is a migration of {package}, which {app.name} extends but does "
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
        made_by = makers(graph, app.label).get(name.lower())
        return None if made_by == app.name else made_by
    packages = [
        owner[1] for base in model.__mro__ if (owner := find_owner(base.__module__))
    ]
    nearest = min(filter(lineage(app).__contains__, packages), key=lineage(app).index)
    return nearest if nearest != app.name and nearest == packages[0] else None
