"""Where the migrations of an app and of those that it extends are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from .owners import lineage

Key = tuple[str, str]


def directories_of(packages: Sequence[str]) -> Iterator[str]:
    """Yield the directories of the packages that have migrations."""
    for package in packages:
        path = import_module(package).__path__
        spec = PathFinder.find_spec(f"{package}.migrations", path)
        if spec and spec.origin:
            yield from spec.submodule_search_locations or ()


def file_of(key: Key) -> Path:
    """Return the file of a migration that is loaded."""
    package, _ = MigrationLoader.migrations_module(key[0])
    return Path(str(sys.modules[f"{package}.{key[1]}"].__file__))


def package_of(key: Key) -> str:
    """Return the package of an app's lineage that a loaded migration belongs to."""
    app = apps.get_app_config(key[0])
    place = str(file_of(key).parent)
    for package in lineage(app):
        if place in directories_of((package,)):
            return package
    # Such as one that the project keeps elsewhere.
    return app.name
