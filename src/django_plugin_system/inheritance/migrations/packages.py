"""Migrations of a lineage: the parents' stay where they are, the child adds its own.

The child's ``migrations`` package spans the directories of all, so each of them goes on
from its own last one. What Django writes goes into the child's directory, and depends
on the last ones of all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location

from django.apps import AppConfig
from django.conf import settings

from .files import directories_of
from .order import install_order
from .naming import install_new_migrations
from ..owners import find_owner, lineage, root


def install() -> None:
    """Have Python join the packages, and Django put what is there in one line."""
    sys.meta_path.insert(0, MigrationsFinder())
    install_order()
    install_new_migrations()


class MigrationsFinder:
    """Lets an app's migrations span all directories of the lineage."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        owner = find_owner(package) if name == "migrations" else None
        if owner is None or owner[0].name != package:
            return None
        # A project that keeps the app's migrations elsewhere has all of them there.
        if owner[0].label in settings.MIGRATION_MODULES:
            return None
        return _join(owner[0], fullname)


def _join(app: AppConfig, fullname: str) -> ModuleSpec | None:
    of_parents = list(directories_of(lineage(app)[1:]))
    if not of_parents:
        return None
    own = root(app, app.name) / "migrations"
    locations = [str(own), *of_parents]
    if any(directories_of((app.name,))):
        return spec_from_file_location(
            fullname, own / "__init__.py", submodule_search_locations=locations
        )
    # Of no file, so that Django takes the app's own directory to write to.
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = locations
    return spec
