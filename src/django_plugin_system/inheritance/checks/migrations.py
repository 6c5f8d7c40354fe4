"""Mistakes in the migrations of apps that extend others. Ids: docs/checks.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.exceptions import (
    CircularDependencyError,
    NodeNotFoundError,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from ..migrations.clashes import find_clashes
from ..migrations.files import Key, package_of, place_of
from ..migrations.leftovers import find_leftovers
from ..migrations.naming import name_prefix
from ..migrations.unfinished import find_drops, find_unfinished
from ..owners import directories, extending_apps, lineage, plugin_apps, root
from ..wording import listed


def check_migrations() -> Iterator[CheckMessage]:
    """Yield what is wrong, as far as it can be told without a database."""
    if lineages := list(_migrated_apps()):
        loader = MigrationLoader(None, load=False, ignore_no_migrations=True)
        # It has the files also where they make no graph.
        is_built = _builds_graph(loader)
        yield from check_migration_files(lineages, loader)
        if is_built:
            clashes = check_migration_clashes(lineages, loader)
            yield from clashes
            # Else the files make no models that could be compared.
            if not clashes:
                yield from check_migrations_package(lineages, loader)
                yield from check_drops(lineages, loader)


def check_migration_files(
    lineages: list[AppConfig], loader: MigrationLoader
) -> list[CheckMessage]:
    """E107: a migration of a child hides one of its parent, or starts anew."""
    messages: list[CheckMessage] = []
    for app in lineages:
        homes = list(_migration_files(app))
        for number, (_, files) in enumerate(homes[:-1]):
            further = homes[number + 1 :]
            for name, file in files.items():
                migration = loader.disk_migrations.get((app.label, name))
                hidden = [each[name] for _, each in further if name in each]
                if migration and not _goes_on(app, migration):
                    messages.append(_starts_anew(app, file, hidden))
                elif hidden:
                    packages = [package for package, _ in homes[number:]]
                    messages.append(_hides(app, file, hidden, packages))
    return messages


def check_migrations_package(
    lineages: list[AppConfig], loader: MigrationLoader
) -> list[CheckMessage]:
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
        for app in lineages
        if app.name not in dict(_migration_files(app)) and _has_changes(app, loader)
    ]


def check_migration_clashes(
    lineages: list[AppConfig], loader: MigrationLoader
) -> list[CheckMessage]:
    """E111: two packages make the same field or model, or one needs what is gone."""
    messages: list[CheckMessage] = []
    for app in lineages:
        for clash in find_clashes(loader.graph, app.label):
            keys = sorted(
                (clash.first, clash.second), key=lambda key: -_level(app, key)
            )
            parent, child = map(package_of, keys)
            what = f"the model {clash.model!r}"
            if clash.field:
                what = f"the field {clash.field!r} of the model {clash.model!r}"
            fault = f"{place_of(keys[0])} and {place_of(keys[1])} both make {what}"
            release, cure = "does not have it", "rename or remove it"
            if clash.is_gone:
                first, second = map(place_of, (clash.first, clash.second))
                fault = f"{second} needs {what}, which {first} removes or renames"
                release, cure = "knows nothing of that", "take it up again"
            messages.append(
                Error(
                    f"{fault}.",
                    hint=f"Install the release of {parent} again that {release}, "
                    f"{cure} in {child}, run 'manage.py makemigrations {app.label}' "
                    "and 'migrate', and only then take up this release.",
                    obj=app.name,
                    id="django_plugin_system.E111",
                )
            )
    return messages


def check_drops(
    lineages: list[AppConfig], loader: MigrationLoader
) -> list[CheckMessage]:
    """E112: a child's migration drops what a parent has made, and nobody says so."""
    return [
        Error(
            f"{place_of(key)} drops what parents of {package_of(key)} have made, with "
            f"all that is in it: {listed(names)}. No class says that it is to go.",
            hint="Unless it was applied, delete it, find out what the models have "
            f"lost, and run 'manage.py makemigrations {app.label}'. Where it was, run "
            "that with --skip-checks, to have what was dropped again, empty. A field "
            f"that is to go is set to None in {package_of(key)}.",
            obj=app.name,
            id="django_plugin_system.E112",
        )
        for app in lineages
        for key, names in find_drops(loader.graph, app).items()
    ]


def check_columns(using: str) -> Iterator[CheckMessage]:
    """E110: tables are as an app made them that was installed before."""
    connection = connections[using]
    records = MigrationRecorder(connection).applied_migrations()
    loader = MigrationLoader(connection, load=False, ignore_no_migrations=True)
    loader.load_disk()
    known = {*loader.disk_migrations, *chain(*_replaced(loader))}
    for app in plugin_apps():
        unknown = sorted(
            key for key in records if key[0] == app.label and key not in known
        )
        if unknown and _builds_graph(loader):
            found = find_leftovers(loader, connection, app.label)
            faults = [
                f"{words} {', '.join(names)}"
                for words, names in (
                    (f"has columns that {app.name!r} knows nothing of:", found.extra),
                    ("lacks columns of it:", found.missing),
                    ("has tables of others that refer to its own:", found.tables),
                )
                if names
            ]
            if faults:
                yield Error(
                    f"Database {using!r} {', and '.join(faults)}. Migrations that are "
                    "not installed any more have made it so: "
                    f"{', '.join(name for _, name in unknown)}.",
                    hint="Install the app that brings these migrations again, go back "
                    f"to the one before them with 'manage.py migrate {app.label} "
                    f"{_before(unknown, records, loader)}', and only then install this "
                    "one.",
                    obj=app.name,
                    id="django_plugin_system.E110",
                )


# Helpers


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


def _starts_anew(app: AppConfig, file: Path, hidden: list[Path]) -> CheckMessage:
    hides = f"hides {hidden[0]}, the parent's, and " if hidden else ""
    return Error(
        f"{file} {hides}goes on from no migration of the parent.",
        hint="Delete it, and have 'manage.py makemigrations' write what the child adds "
        "to the parent's migrations. Where the deleted one has been applied, what it "
        f"made is there: run 'manage.py migrate --fake {app.label} <name>' with the "
        "name of the new one.",
        obj=app.name,
        id="django_plugin_system.E107",
    )


def _hides(
    app: AppConfig, file: Path, hidden: list[Path], packages: list[str]
) -> CheckMessage:
    number, _, rest = file.stem.partition("_")
    name = f"{number}_{name_prefix(packages)}_{rest or 'renamed'}"
    return Error(
        f"{file} hides {hidden[0]}, the parent's.",
        hint=f"Rename it to {name}.py, also in the dependencies of {packages[0]}'s "
        "other migrations. In a database where it has been applied, and not the "
        f"parent's, do: UPDATE django_migrations SET name = '{name}' "
        f"WHERE app = '{app.label}' AND name = '{file.stem}';",
        obj=app.name,
        id="django_plugin_system.E107",
    )


def _builds_graph(loader: MigrationLoader) -> bool:
    # The commands that need the graph say what is wrong with it.
    with suppress(CircularDependencyError, NodeNotFoundError):
        loader.build_graph()
        return True
    return False


def _has_changes(app: AppConfig, loader: MigrationLoader) -> bool:
    autodetector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        MigrationQuestioner(specified_apps={app.label}, dry_run=True),
    )
    changes = autodetector.changes(graph=loader.graph, trim_to_apps={app.label})
    written = changes.get(app.label, [])
    return bool(find_unfinished(app, written, loader.graph).own)


def _level(app: AppConfig, key: Key) -> int:
    return lineage(app).index(package_of(key))


def _before(
    unknown: list[Key], records: dict[Key, Any], loader: MigrationLoader
) -> str:
    """Return the name of the last one applied before all of these, if it is known."""
    first = min(records[key].pk for key in unknown)
    earlier = {
        record.pk: name
        for (label, name), record in records.items()
        if (label, name) in loader.disk_migrations
        and label == unknown[0][0]
        and record.pk < first
    }
    return earlier[max(earlier)] if earlier else "<name>"


def _replaced(loader: MigrationLoader) -> Iterator[list[tuple[str, str]]]:
    for migration in loader.disk_migrations.values():
        yield [(label, name) for label, name in migration.replaces]
