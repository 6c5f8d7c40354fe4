"""Migrations of a lineage: the parents' stay where they are, the child adds its own.

The child's ``migrations`` package lists what is in the directories of all, so each of
them goes on from its own last one; what is a parent's is imported as the parent's (see
``imports``). What Django writes goes into the child's directory, and depends on the
last ones of all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec

from django.conf import settings

from .order import install_order
from .naming import install_new_migrations
from ..imports import MIGRATIONS
from ..missing import has_code
from ..owners import Owner, find_owner, levels_from, lineage, root
from ...awaiting import find_behind


def install() -> None:
    """Have Python join the packages, and Django put what is there in one line."""
    sys.meta_path.insert(0, MigrationsFinder())
    install_order()
    install_new_migrations()


class MigrationsFinder:
    """Lets an app's package of migrations list those of the lineage."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        owner = find_owner(package) if name == MIGRATIONS else None
        if owner is None or owner[1] != package or len(lineage(owner[0])) == 1:
            return None
        # A project that keeps the app's migrations elsewhere has all of them there.
        if owner[0].label in settings.MIGRATION_MODULES:
            return None
        return self._join(owner, fullname)

    def _join(self, owner: Owner, fullname: str) -> ModuleSpec | None:
        app, package = owner
        of_parents = [
            place
            for level in levels_from(app, package)[1:]
            for place in self._places(level.package)
        ]
        if not of_parents:
            return None
        own = self._find(package)
        if own is None:
            # Of no file, so that Django takes the app's own directory to write to.
            own = ModuleSpec(fullname, None, is_package=True)
            own.submodule_search_locations = [str(root(app, package) / MIGRATIONS)]
        own.submodule_search_locations = [
            *(own.submodule_search_locations or ()),
            *of_parents,
        ]
        return own

    def _places(self, package: str) -> Iterator[str]:
        own = self._find(package)
        yield from (own and own.submodule_search_locations) or ()

    def _find(self, package: str) -> ModuleSpec | None:
        """Return the migrations that a package has itself, if Django would use them."""
        path = getattr(import_module(package), "__path__", None)
        own = find_behind(self, f"{package}.{MIGRATIONS}", path, None)
        is_used = own and own.submodule_search_locations is not None and has_code(own)
        return own if is_used else None
