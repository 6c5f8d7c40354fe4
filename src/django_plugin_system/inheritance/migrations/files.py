"""Where the migrations of an app and of those that it extends are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from ..owners import lineage

Key = tuple[str, str]


def directories_of(packages: Sequence[str]) -> Iterator[str]:
    """Yield the directories of the packages that have migrations."""
    for package in packages:
        path = import_module(package).__path__
        spec = PathFinder.find_spec(f"{package}.migrations", path)
        if spec and spec.origin:
            yield from spec.submodule_search_locations or ()


def package_of(key: Key) -> str:
    """Return the package of an app's lineage that a loaded migration belongs to."""
    app = apps.get_app_config(key[0])
    # Such as one that the project keeps elsewhere.
    return find_package(lineage(app), place_of(key).parent) or app.name


def place_of(key: Key) -> Path:
    """Return the file of a loaded migration."""
    package, _ = MigrationLoader.migrations_module(key[0])
    return file_of(f"{package}.{key[1]}")


@cache
def find_package(packages: tuple[str, ...], directory: Path) -> str | None:
    """Return which of the packages has its migrations in a directory, or None."""
    for package in packages:
        if str(directory) in directories_of((package,)):
            return package
    return None


def file_of(module: str) -> Path:
    """Return the file of an imported module; of one without, a path of nothing."""
    return Path(str(getattr(sys.modules.get(module), "__file__", None)))
