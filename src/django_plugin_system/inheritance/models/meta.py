"""What a model has of the Meta of others: as in Django, where nobody extends them.

A class that is extended is abstract, but whoever derives from its model is to see a
model: the Meta of an abstract class is inherited, that of a model is not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from ..frames import name_in
from ..owners import find_owner
from .waiting import ModelKey, find_stand_in


class OwnMeta:
    """The Meta of a class that is extended: for that model itself, and no other."""

    def __init__(self, owner: type, key: ModelKey, meta: type) -> None:
        self.owner = owner
        self.key = key
        self.meta = meta

    def __get__(self, instance: object, cls: type) -> type:
        beyond = _first_meta(cls.__mro__[cls.__mro__.index(self.owner) + 1 :], None)
        if beyond is None or not self._is_asked_by_parent():
            stand_in = find_stand_in(cls)
            options: Any = vars(cls).get("_meta")
            if cls is self.owner or (stand_in and stand_in.key == self.key):
                return self.meta
            if options and (options.app_label, cls.__name__) == self.key:
                return self.meta
        if beyond is None:
            raise AttributeError(
                f"type object {cls.__name__!r} has no attribute 'Meta'",
                name="Meta",
                obj=cls,
            )
        return beyond

    def _is_asked_by_parent(self) -> bool:
        # There, the class is a model.
        asking = find_owner(name_in(sys._getframe(2).f_globals))
        return asking is not None and asking == find_owner(self.owner.__module__)


def meta_of(
    own: type | None, bases: Sequence[type], key: ModelKey | None, **options: object
) -> type:
    """Return the Meta of a class with these bases, with some options put on top.

    Like a class that its base is extended into: one without a Meta has that of its
    first base with one.
    """
    inherited = own or _first_meta(_resolution_order(bases), key)
    return type("Meta", (inherited,) if inherited else (), options)


def inherit_options(model: Any, meta: type, key: ModelKey) -> None:
    """Give a model what Django lets it inherit from the first of its other bases.

    The abstract class that it extends comes before that, and hides it.
    """
    own = [each for each in model.__mro__ if each is model or _is_of(each, key)]
    options, ancestor = model._meta, _first_model(model, own)
    if ancestor is None:
        return
    if not ancestor._meta.abstract:
        # Not by Meta: what is there becomes part of migrations.
        for name in ("ordering", "get_latest_by"):
            is_set = name == "ordering" and options.order_with_respect_to
            if not is_set and not hasattr(meta, name):
                setattr(options, name, getattr(ancestor._meta, name))
    if not any(each._meta.local_managers for each in own):
        # Django looks at the first base only, and that is what it finds there.
        nearest = own[1]._meta
        nearest.default_manager_name = (
            nearest.default_manager_name or ancestor._meta.default_manager_name
        )
    # Django may have taken the link of an abstract base for that of the model.
    for parent, link in options.parents.items():
        if link is not None and link.model is not model:
            options.parents[parent] = options.get_field(link.name)
    for each in own:
        each._meta._expire_cache()


def _first_meta(classes: Iterable[type], key: ModelKey | None) -> type | None:
    for each in classes:
        meta = vars(each).get("Meta")
        if isinstance(meta, OwnMeta):
            meta = meta.meta if meta.key == key else None
        if meta is not None:
            return meta
    return None


def _first_model(model: type[Model], own: Sequence[type]) -> Any:
    others = (each for each in model.__mro__ if each not in own)
    return next((each for each in others if hasattr(each, "_meta")), None)


def _is_of(cls: type, key: ModelKey) -> bool:
    stand_in = find_stand_in(cls)
    return stand_in is not None and stand_in.key == key


def _resolution_order(bases: Sequence[type]) -> Iterable[type]:
    """Yield the bases of a class to be, in Python's order."""
    lines = [[*base.__mro__] for base in bases]
    lines.append([*bases])
    while lines := [line for line in lines if line]:
        heads = (line[0] for line in lines)
        # Where there is no such order, Python says so when it makes the class.
        head = next(
            (each for each in heads if not any(each in line[1:] for line in lines)),
            lines[0][0],
        )
        yield head
        lines = [[each for each in line if each is not head] for line in lines]
