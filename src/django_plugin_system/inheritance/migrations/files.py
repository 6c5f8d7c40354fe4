"""Whose the migrations of a lineage are, and in which files."""

from __future__ import annotations

import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from ..owners import find_owner, lineage

Key = tuple[str, str]


def package_of(key: Key) -> str:
    """Return the package of an app's lineage that a loaded migration belongs to."""
    label, name = key
    app = apps.get_app_config(label)
    if label in settings.MIGRATION_MODULES:
        # The project keeps them elsewhere.
        return app.name
    package, _ = MigrationLoader.migrations_module(label)
    return find_package(label, name_of(f"{package}.{name}")) or app.name


def place_of(key: Key) -> Path:
    """Return the file of a loaded migration."""
    package, _ = MigrationLoader.migrations_module(key[0])
    return file_of(f"{package}.{key[1]}")


def find_package(label: str, module: str) -> str | None:
    """Return which package of an app's lineage a module is of, or None."""
    owner = find_owner(module)
    return owner[1] if owner and owner[0].label == label else None


def name_of(module: str) -> str:
    """Return the name that an imported module runs by: that of a parent is its own."""
    return str(getattr(sys.modules.get(module), "__name__", module))


def file_of(module: str) -> Path:
    """Return the file of an imported module; of one without, a path of nothing."""
    return Path(str(getattr(sys.modules.get(module), "__file__", None)))
