"""What Django writes for an app that extends another: only what is the child's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.core.management.base import CommandError
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from .files import file_of, find_package, package_of
from .naming import is_lineage
from .unfinished import find_unfinished
from ..owners import lineage
from ..seams import replace


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
                for warning in _warnings(apps.get_app_config(label), migrations):
                    self.stderr.write(self.style.WARNING(warning))
        original(self, changes, update_previous_migration_paths)

    return write_migration_files


def _warnings(app: AppConfig, migrations: list[Migration]) -> Iterator[str]:
    """Yield what a parent has not written a migration for itself, and what is lost."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    found = find_unfinished(app, migrations, graph)
    # Not to the log, which need not be read: it is about the file that is written now.
    for package, names in found.alone.items():
        models = ", ".join(dict.fromkeys(names))
        yield (
            f"The new migration of {app.name} has changes of models that {package} "
            f"alone defines: {models}. {_advice(app, package)}"
        )
    for package, names in found.shared.items():
        yield (
            f"The new migration of {app.name} has changes that {package} makes in "
            f"models which {app.name} extends: {', '.join(dict.fromkeys(names))}. "
            f"{_advice(app, package)}"
        )
    for package, names in found.lost.items():
        yield (
            f"The new migration of {app.name} drops what {package} has made, with all "
            f"that is in it: {', '.join(names)}. No class says that it is to go. "
            f"Unless {package} has removed or renamed it, something has not met the "
            f"models as they are now. Find out before you apply it; a field that is to "
            f"go is set to None in {app.name}."
        )


def _advice(app: AppConfig, package: str) -> str:
    return (
        f"When {package} ships a migration for them itself, both will make the same, "
        f"and fail. If {package} is yours, make its migration first, with settings "
        f"that install it: 'manage.py makemigrations {app.label} --settings ...'. If "
        "it is not, ask for one."
    )
