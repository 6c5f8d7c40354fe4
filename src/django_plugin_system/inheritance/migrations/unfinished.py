"""What a child's migrations do to models that is not the child's own affair.

Its parents may have changed a model without a migration of theirs. And what they have
made may be dropped, although no class says that it is to go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import AppConfig
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations import (
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.state import ProjectState
from django.db.models import Model

from .authors import (
    Facts,
    author_of_field,
    facts_of_class,
    facts_of_state,
    find_model,
    levels_of,
    plan_of,
    removed_by,
    state_of,
)
from .files import Key, file_of
from ..owners import lineage

# In this order: RenameField has a new name too, and AddField a name.
NAMES_OF_MODELS = ("model_name", "new_name", "name")


class Unfinished(NamedTuple):
    """Names of models, or of what they have; but for ``own``, by a parent's package."""

    own: list[str]
    """Of what the child has changed itself."""

    alone: defaultdict[str, list[str]]
    """Of models that the parent alone defines."""

    shared: defaultdict[str, list[str]]
    """Of the parent's part in models that children extend."""

    lost: defaultdict[str, list[str]]
    """What the parent has made, and is dropped."""


class Change(NamedTuple):
    """What an operation makes of one thing that is known of a model."""

    model: str
    kind: str
    name: str
    value: Any
    """None if it is gone."""

    def is_in(self, facts: Facts) -> bool:
        """Tell whether a model has such a thing."""
        return (self.kind, self.name) in facts


def find_unfinished(
    app: AppConfig, migrations: list[Migration], graph: MigrationGraph
) -> Unfinished:
    """Return whose changes an app's new migrations have."""
    return _Review(app, migrations, graph).found


def find_drops(graph: MigrationGraph, app: AppConfig) -> dict[Key, list[str]]:
    """Return what migrations drop of their parents' for good, and no class says so."""
    packages = lineage(app)
    final = state_of(graph, app.label, packages)
    found = defaultdict(list)
    for number, package in enumerate(packages[:-1], 1):
        made = state_of(graph, app.label, packages[number:])
        for key, migration in plan_of(graph, app.label, [package]):
            for drop in _drops(migration):
                was_made = drop.is_in(facts_of_state(made, app.label, drop.model))
                there = facts_of_state(final, app.label, drop.model)
                model = find_model(app, drop.model)
                is_said = model and removed_by(app, model, drop.name)
                # Fields go with their model.
                is_gone = not drop.is_in(there) and (there or drop.kind == "model")
                if was_made and is_gone and not is_said:
                    found[key].append(_path_of(drop, model))
    return found


class _Review:
    def __init__(
        self, app: AppConfig, migrations: list[Migration], graph: MigrationGraph
    ) -> None:
        self.app = app
        self.found = Unfinished(
            [], defaultdict(list), defaultdict(list), defaultdict(list)
        )
        packages = lineage(app)
        # What each of the parents has after its own migrations, the farthest first.
        self.made = {
            packages[number]: state_of(graph, app.label, packages[number:])
            for number in range(len(packages) - 1, 0, -1)
        }
        # With --update, one is in a file already.
        written = [file_of(type(each).__module__).stem for each in migrations]
        state = state_of(graph, app.label, packages, without=written)
        for migration in migrations:
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(app.label, state)
                if operation not in type(migration).operations:
                    self._look_at(operation, before, state)

    def _look_at(
        self, operation: Any, before: ProjectState, after: ProjectState
    ) -> None:
        is_renaming = isinstance(operation, RenameField | RenameModel)
        for change in _changes(self.app.label, _model_name(operation), before, after):
            if change.value is None and change.kind in ("model", "field"):
                if not is_renaming:
                    self._look_at_loss(change)
            elif package := self._author_of(change):
                self._tell(package, change)
            else:
                self.found.own.append(change.model)

    def _look_at_loss(self, change: Change) -> None:
        maker = self._maker_of(change)
        model = find_model(self.app, change.model)
        by = removed_by(self.app, model, change.name) if model else None
        if maker is None or by == self.app.name:
            self.found.own.append(change.model)
            return
        if by is None and (model or change.kind == "model"):
            self.found.lost[maker].append(_path_of(change, model))
        if by or model is None or len(levels_of(self.app, model)) == 1:
            self._tell(by or maker, change)

    def _maker_of(self, change: Change) -> str | None:
        return next(
            (
                package
                for package in self.made
                if change.is_in(self._made_by(package, change.model))
            ),
            None,
        )

    def _author_of(self, change: Change) -> str | None:
        """Return the parent that has made a change, and no migration for it."""
        model = find_model(self.app, change.model)
        for package in self._authors(change, model) if model else ():
            made = self._made_by(package, change.model)
            if made.get((change.kind, change.name)) != change.value:
                return package
        return None

    def _authors(self, change: Change, model: type[Model]) -> list[str]:
        """Return the parents whose classes say what an operation writes."""
        levels = levels_of(self.app, model)
        if change.kind == "model":
            authors = [*levels][-1:]
        elif change.kind == "field":
            author = author_of_field(self.app, model, change.name)
            authors = [author] if author else []
        else:
            authors = [each for each in levels if _says(levels[each], change)]
        return [package for package in self.made if package in authors]

    def _made_by(self, package: str, model: str) -> Facts:
        return facts_of_state(self.made[package], self.app.label, model)

    def _tell(self, package: str, change: Change) -> None:
        model = find_model(self.app, change.model)
        if model is None or [*levels_of(self.app, model)] == [package]:
            self.found.alone[package].append(change.model)
        else:
            self.found.shared[package].append(_path_of(change, model))


def _changes(
    label: str, model: str, before: ProjectState, after: ProjectState
) -> Iterator[Change]:
    old = facts_of_state(before, label, model)
    new = facts_of_state(after, label, model)
    if bool(old) != bool(new):
        yield Change(model, "model", "", True if new else None)
        return
    for kind, name in {**old, **new}:
        value = new.get((kind, name))
        if old.get((kind, name)) != value:
            yield Change(model, kind, name, value)


def _drops(migration: Migration) -> Iterator[Change]:
    # Not those within others: they are written by hand, and may be about nothing.
    for operation in migration.operations:
        if isinstance(operation, DeleteModel):
            yield Change(operation.name, "model", "", None)
        elif isinstance(operation, RemoveField):
            yield Change(operation.model_name, "field", operation.name, None)


def _model_name(operation: Any) -> str:
    names = (getattr(operation, each, "") for each in NAMES_OF_MODELS)
    return next(filter(None, names), "")


def _path_of(change: Change, model: type[Model] | None) -> str:
    name = model.__name__ if model else change.model
    if change.kind == "model":
        return name
    return f"{name}.{change.name if change.kind == 'field' else change.kind}"


def _says(model: type[Model], change: Change) -> bool:
    said = facts_of_class(model).get((change.kind, change.name))
    is_named = change.kind in ("indexes", "constraints")
    # One that is named after the model has no name in an abstract class.
    return said == change.value or (
        is_named and None not in (said, change.value) and (not said or "%" in said)
    )
