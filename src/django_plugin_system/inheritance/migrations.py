"""Migrations of a lineage: the parents' stay where they are, the child adds its own.

The files of all are found in the child's ``migrations`` (see imports.py), so each
package goes on from its own last one: there is one leaf for each. What Django writes
goes into the child's directory, and depends on all leaves there are.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps

from .owners import lineage
from .seams import replace

Key = tuple[str, str]


def install() -> None:
    """Have Django take one leaf for each package of a lineage for no conflict."""
    replace(
        "django.db.migrations.loader:MigrationLoader.detect_conflicts",
        "self",
        _detect_conflicts,
    )
    replace(
        "django.db.migrations.autodetector:MigrationAutodetector.arrange_for_graph",
        "self changes graph migration_name",
        _arrange_for_graph,
    )


def is_lineage(label: str) -> bool:
    """Tell whether an app of that label is installed and extends another one."""
    app = apps.app_configs.get(label)
    return app is not None and len(lineage(app)) > 1


def _detect_conflicts(
    original: Callable[[Any], dict[str, list[str]]],
) -> Callable[[Any], dict[str, list[str]]]:
    def detect_conflicts(self: Any) -> dict[str, list[str]]:
        conflicts = {}
        for label, names in original(self).items():
            within = names
            if is_lineage(label):
                within = _more_than_one(self.disk_migrations, label, names)
            if within:
                conflicts[label] = within
        return conflicts

    return detect_conflicts


def _more_than_one(
    migrations: dict[Key, Any], label: str, names: list[str]
) -> list[str]:
    by_origin = defaultdict(list)
    for name in names:
        module = sys.modules[type(migrations[label, name]).__module__]
        by_origin[Path(str(module.__file__)).parent].append(name)
    return sorted(
        name for names in by_origin.values() if len(names) > 1 for name in names
    )


class _LatestFirst:
    """A graph whose leaves come with the highest number first, so it is counted on."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def leaf_nodes(self) -> list[Key]:
        return sorted(self._graph.leaf_nodes(), key=lambda key: key[1], reverse=True)


def _arrange_for_graph(original: Callable[..., Any]) -> Callable[..., Any]:
    def arrange_for_graph(
        self: Any, changes: Any, graph: Any, migration_name: str | None = None
    ) -> Any:
        arranged = original(self, changes, _LatestFirst(graph), migration_name)
        for label, migrations in arranged.items():
            if migrations and is_lineage(label):
                first = migrations[0].dependencies
                first += [key for key in graph.leaf_nodes(label) if key not in first]
        return arranged

    return arrange_for_graph
