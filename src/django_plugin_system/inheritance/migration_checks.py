"""Mistakes in the migrations of apps that extend others. Ids: docs/checks.md."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from .config import PluginConfig
from .owners import directories, extending_apps, root


def check_migration_files() -> list[CheckMessage]:
    """E107: a migration of a child hides one of its parent, or starts anew."""
    messages: list[CheckMessage] = []
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for app in _migrated_apps():
        homes = list(_migration_files(app))
        for number, (_package, files) in enumerate(homes[:-1]):
            for _, hidden in homes[number + 1 :]:
                for name in files.keys() & hidden.keys():
                    messages.append(
                        _about_migration(
                            app, files[name], f"hides {hidden[name]}, the parent's"
                        )
                    )
            for name in files:
                migration = loader.disk_migrations.get((app.label, name))
                if migration and not _goes_on(app, migration):
                    messages.append(
                        _about_migration(
                            app, files[name], "goes on from no migration of the parent"
                        )
                    )
    return messages


def check_migrations_package() -> list[CheckMessage]:
    """E108: a child changes models, but has no package for migrations."""
    return [
        Error(
            f"{app.name!r} changes the models of {app.label!r}, but has no package "
            "for migrations of its own.",
            hint=f"Create an empty {root(app, app.name) / 'migrations/__init__.py'}, "
            f"and run 'manage.py makemigrations {app.label}'.",
            obj=app.name,
            id="django_plugin_system.E108",
        )
        for app in _migrated_apps()
        if app.name not in dict(_migration_files(app)) and _has_changes(app)
    ]


def check_columns(using: str) -> Iterator[CheckMessage]:
    """E110: tables have columns of an app that was installed before."""
    connection = connections[using]
    applied = set(MigrationRecorder(connection).applied_migrations())
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {*loader.disk_migrations, *chain(*_replaced(loader))}
    for app in _plugin_apps():
        unknown = sorted(name for label, name in applied - known if label == app.label)
        if unknown and (columns := _extra_columns(app, connection)):
            yield Error(
                f"Database {using!r} has columns that {app.name!r} knows nothing of: "
                f"{', '.join(columns)}. They were made by migrations that are not "
                f"installed any more: {', '.join(unknown)}.",
                hint="Install the app that brings these migrations again, go back to "
                f"the one before them with 'manage.py migrate {app.label} <name>', "
                "and only then install this one.",
                obj=app.name,
                id="django_plugin_system.E110",
            )


# Helpers


def _plugin_apps() -> Iterator[PluginConfig]:
    for app in apps.get_app_configs():
        if isinstance(app, PluginConfig):
            yield app


def _migrated_apps() -> Iterator[AppConfig]:
    """Yield the extending apps whose lineage has migrations, in their usual place."""
    for app in extending_apps():
        if app.label not in settings.MIGRATION_MODULES and any(_migration_files(app)):
            yield app


def _migration_files(app: AppConfig) -> Iterator[tuple[str, dict[str, Path]]]:
    """Yield each package that has migrations, and their files by name."""
    for package, directory in directories(app, "migrations"):
        if (directory / "__init__.py").is_file():
            files = directory.glob("[!_~]*.py")
            yield package, {file.stem: file for file in sorted(files)}


def _goes_on(app: AppConfig, migration: Migration) -> bool:
    return any(label == app.label for label, _ in migration.dependencies)


def _about_migration(app: AppConfig, file: Path, fault: str) -> CheckMessage:
    return Error(
        f"{file} {fault}.",
        hint="Delete it, and have 'manage.py makemigrations' write what the child adds "
        "to the parent's migrations.",
        obj=app.name,
        id="django_plugin_system.E107",
    )


def _has_changes(app: AppConfig) -> bool:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    autodetector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        MigrationQuestioner(specified_apps={app.label}, dry_run=True),
    )
    changes = autodetector.changes(graph=loader.graph, trim_to_apps={app.label})
    return app.label in changes


def _replaced(loader: MigrationLoader) -> Iterator[list[tuple[str, str]]]:
    for migration in loader.disk_migrations.values():
        yield [(label, name) for label, name in migration.replaces]


def _extra_columns(app: AppConfig, connection: BaseDatabaseWrapper) -> list[str]:
    """Return the columns of the app's tables that its models do not have."""
    extra = []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in app.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.proxy or table not in tables:
                continue
            columns = {field.column for field in model._meta.local_fields}
            extra += [
                f"{table}.{each.name}"
                for each in connection.introspection.get_table_description(
                    cursor, table
                )
                if each.name not in columns
            ]
    return extra
