"""The order of a lineage's migrations: that in which they were written.

Each migration depends on those that its author knew. What a parent ships later knows
nothing of its children's, so it comes after all that they have built on its earlier
ones. So the history is one line, and the same on all databases; but what a database
has applied already stays where it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.apps import AppConfig
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader

from .files import Key, package_of
from ..owners import extending_apps, lineage
from ..seams import replace

_added: WeakKeyDictionary[MigrationGraph, list[tuple[Key, Key]]] = WeakKeyDictionary()


def install_order() -> None:
    """Have Django put the migrations of each lineage in a line."""
    replace(
        "django.db.migrations.loader:MigrationLoader.build_graph", "self", _build_graph
    )
    replace(
        "django.db.migrations.loader:MigrationLoader.check_consistent_history",
        "self connection",
        _check_consistent_history,
    )
    replace(
        "django.db.migrations.loader:MigrationLoader.detect_conflicts",
        "self",
        _detect_conflicts,
    )


@contextmanager
def as_declared(graph: MigrationGraph) -> Iterator[None]:
    """Take away all dependencies but those that migrations have themselves."""
    added = _added.get(graph, [])
    for later, earlier in added:
        graph.node_map[later].parents.remove(graph.node_map[earlier])
        graph.node_map[earlier].children.remove(graph.node_map[later])
    try:
        yield
    finally:
        for later, earlier in added:
            graph.add_dependency(None, later, earlier, skip_validation=True)


def packages_of(graph: MigrationGraph, label: str) -> dict[Key, str]:
    """Return for each migration of an app the package that it belongs to."""
    return {key: package_of(key) for key in graph.nodes if key[0] == label}


def ancestors(graph: MigrationGraph, key: Key) -> set[Key]:
    """Return all that a migration depends on, of whatever app."""
    # Unlike forwards_plan(), which sorts.
    found: set[Key] = set()
    waiting = [graph.node_map[key]]
    while waiting:
        parents = [each for each in waiting.pop().parents if each.key not in found]
        found.update(each.key for each in parents)
        waiting += parents
    return found


def _build_graph(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def build_graph(self: Any) -> None:
        original(self)
        _Line(self).draw()

    return build_graph


def _check_consistent_history(
    original: Callable[[Any, Any], None],
) -> Callable[[Any, Any], None]:
    def check_consistent_history(self: Any, connection: Any) -> None:
        # A database that a parent has filled may be beyond what its child builds on.
        with as_declared(self.graph):
            original(self, connection)

    return check_consistent_history


def _detect_conflicts(
    original: Callable[[Any], dict[str, list[str]]],
) -> Callable[[Any], dict[str, list[str]]]:
    def detect_conflicts(self: Any) -> dict[str, list[str]]:
        with as_declared(self.graph):
            conflicts = original(self)
        for app in extending_apps():
            if names := conflicts.pop(app.label, None):
                found = Counter(package_of((app.label, name)) for name in names)
                if within := [
                    name for name in names if found[package_of((app.label, name))] > 1
                ]:
                    conflicts[app.label] = within
        return conflicts

    return detect_conflicts


class _Line:
    """The dependencies that a graph lacks to be in order, for one database or none."""

    def __init__(self, loader: MigrationLoader) -> None:
        self._loader = loader
        self._graph = loader.graph
        self._added = _added[loader.graph] = []

    def draw(self) -> None:
        lineages = list(extending_apps())
        last = {app.label: self._graph.leaf_nodes(app.label) for app in lineages}
        for app in lineages:
            self._put_in_order(app)
        self._follow_latest(last)

    def _put_in_order(self, app: AppConfig) -> None:
        packages = packages_of(self._graph, app.label)
        if len({*packages.values()}) < 2:
            return
        known = {key: ancestors(self._graph, key) & packages.keys() for key in packages}
        level = {package: number for number, package in enumerate(lineage(app))}

        # The nearest package comes first: its author saw those of all others.
        def place(key: Key) -> tuple[int, int, Key]:
            return level[packages[key]], len(known[key]), key

        for key in sorted(packages, key=place):
            later = {
                other
                for other in packages.keys() - known[key]
                if level[packages[other]] > level[packages[key]]
                and any(
                    packages[each] == packages[other]
                    for each in known[other] & known[key]
                )
            }
            self._put_before(key, later)

    def _put_before(self, key: Key, later: set[Key]) -> None:
        """Put one migration before later ones, but after those applied before it."""
        applied = {other for other in later if self._is_applied_first(other, key)}
        for other in self._ends(applied, "children"):
            self._add(key, other)
        for other in self._ends(later - applied, "parents"):
            self._add(other, key)

    def _follow_latest(self, last: dict[str, list[Key]]) -> None:
        """Have ("cal", "__latest__") mean all last ones; Django takes one of them."""
        for key in list(self._graph.nodes):
            for label, name in self._loader.disk_migrations[key].dependencies:
                if name == "__latest__" and label != key[0]:
                    for other in last.get(label, ()):
                        if not self._is_applied_first(key, other):
                            self._add(key, other)

    def _add(self, later: Key, earlier: Key) -> None:
        if later in ancestors(self._graph, earlier):
            return
        if earlier not in ancestors(self._graph, later):
            self._graph.add_dependency(None, later, earlier, skip_validation=True)
            self._added.append((later, earlier))

    def _ends(self, keys: set[Key], direction: str) -> list[Key]:
        """Return those with none of the others next to them that way; they will do."""
        return sorted(
            key
            for key in keys
            if not any(
                each.key in keys
                for each in getattr(self._graph.node_map[key], direction)
            )
        )

    def _is_applied_first(self, key: Key, other: Key) -> bool:
        return self._position(key) < self._position(other)

    def _position(self, key: Key) -> float:
        """Return when a migration was applied, as a number; infinity if it was not."""
        record: Any = self._loader.applied_migrations.get(key)
        if record is None:
            return math.inf
        # A squashed one may count as applied because those that it replaces were.
        if replaced := getattr(record, "replaces", ()):
            return max(map(self._position, replaced))
        return float(record.pk)
