"""Migrations of a lineage: the parents' stay where they are, the child adds its own.

The child's ``migrations`` package spans the directories of all, so each of them goes on
from its own last one. What Django writes goes into the child's directory, and depends
on the last ones of all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings

from .migration_files import Key, directories_of
from .migration_order import as_declared, install_order
from .owners import find_owner, lineage, root
from .seams import replace


def install() -> None:
    """Have Python join the packages, and Django expect one leaf for each."""
    sys.meta_path.insert(0, MigrationsFinder())
    install_order()
    replace(
        "django.db.migrations.autodetector:MigrationAutodetector.arrange_for_graph",
        "self changes graph migration_name",
        _arrange_for_graph,
    )


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


def is_lineage(label: str) -> bool:
    """Tell whether an app of that label is installed and extends another one."""
    app = apps.app_configs.get(label)
    return app is not None and len(lineage(app)) > 1
