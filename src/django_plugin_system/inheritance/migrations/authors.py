"""Which app of a lineage says what of a model: in its classes, and in its migrations."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from django.apps import AppConfig, apps
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Model
from django.db.models.options import DEFAULT_NAMES, normalize_together

from .files import Key, package_of
from ..owners import find_owner, levels_from, lineage

Facts = dict[tuple[str, str], Any]
"""What is known of a model: values by kind and name, as ("field", "size")."""


def plan_of(
    graph: MigrationGraph, label: str, packages: Collection[str]
) -> Iterator[tuple[Key, Any]]:
    """Yield the migrations of an app that are of these packages, in their order."""
    plans = (graph.forwards_plan(key) for key in graph.leaf_nodes(label))
    for key in dict.fromkeys(chain(*plans)):
        if key[0] == label and package_of(key) in packages:
            yield key, graph.nodes[key]


def state_of(
    graph: MigrationGraph,
    label: str,
    packages: Collection[str],
    without: Collection[str] = (),
) -> ProjectState:
    """Return the models of an app as the migrations of these packages make them.

    ``without`` has the names of migrations that do not count.
    """
    state = ProjectState()
    for key, migration in plan_of(graph, label, packages):
        if key[1] not in without:
            migration.mutate_state(state, preserve=False)
    return state


def find_model(app: AppConfig, name: str) -> type[Model] | None:
    """Return a model of an app by its name, in whatever case."""
    return apps.all_models[app.label].get(name.lower())


def levels_of(app: AppConfig, model: type[Model]) -> dict[str, type[Model]]:
    """Return the classes that make up a model, by their packages, nearest first."""
    found: dict[str, type[Model]] = {}
    for cls in model.__mro__:
        owner = find_owner(cls.__module__)
        # Not those that it only derives from.
        if cls.__name__ == model.__name__ and owner and owner[0] is app:
            found.setdefault(owner[1], cls)
    # One that is defined elsewhere says itself which app it belongs to.
    return found or {lineage(app)[-1]: model}


def author_of_field(app: AppConfig, model: type[Model], name: str) -> str | None:
    """Return the package whose class has defined a field as it is; None without one."""
    field: Any = {each.name: each for each in model._meta.get_fields()}.get(name)
    levels = levels_of(app, model)
    if getattr(field, "auto_created", False):
        # By the config, unless that is of an app which knows nothing of the model.
        nearest_first = levels_from(app, app.name)
        says = [each for each in nearest_first if each.says("default_auto_field")]
        packages = [*levels][-1:] + [each.package for each in says[:1]]
        return min(packages, key=lineage(app).index)
    number = getattr(field, "creation_counter", None)
    # A copy that is inherited has the number of the original.
    having = [
        package
        for package, cls in levels.items()
        for each in (*cls._meta.local_fields, *cls._meta.local_many_to_many)
        if each.name == name and each.creation_counter == number
    ]
    return having[-1] if having else None


def removed_by(app: AppConfig, model: type[Model], name: str) -> str | None:
    """Return the package whose class sets a field to None, or None if nobody does."""
    for cls in model.__mro__:
        if vars(cls).get(name, cls) is None:
            owner = find_owner(cls.__module__)
            return owner[1] if owner and owner[0] is app else app.name
    return None


def facts_of_class(model: type[Model]) -> Facts:
    """Return what a class says in its Meta, and its managers in migrations."""
    meta: Any = model._meta
    options = {
        name: getattr(meta, name) if name in ("indexes", "constraints") else value
        for name, value in meta.original_attrs.items()
        if name in DEFAULT_NAMES
    }
    managers = [each.name for each in meta.managers if each.use_in_migrations]
    return _facts(options, managers)


def facts_of_state(state: ProjectState, label: str, name: str) -> Facts:
    """Return all that migrations say of a model; nothing if there is none."""
    model: ModelState | None = state.models.get((label, name.lower()))
    if model is None:
        return {}
    managers = [name for name, each in model.managers if each.use_in_migrations]
    fields = {
        ("field", name): field.deconstruct()[1:] for name, field in model.fields.items()
    }
    return {("model", ""): True, **fields, **_facts(model.options, managers)}


def _facts(options: dict[str, Any], managers: list[str]) -> Facts:
    facts: Facts = {("managers", ""): sorted(managers)}
    for name, value in options.items():
        if name in ("indexes", "constraints"):
            facts |= {(name, _as_text(each)): each.name for each in value}
        elif name in ("unique_together", "index_together"):
            facts[name, ""] = {*normalize_together(value)} or None
        else:
            facts[name, ""] = value
    return facts


def _as_text(index: Any) -> str:
    # Without its name: that of an abstract class may not be worked out yet.
    path, arguments, options = index.deconstruct()
    options = {name: options[name] for name in sorted(options) if name != "name"}
    return f"{path}{arguments}{options}"
