"""Who extends whom, as pure functions of config classes; no apps, no settings.

The lineage of an app is what its config class says: the packages that it and its bases
stand for, in Python's own order of bases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple

BY_PLACE = "_is_named_by_place"
"""Set in a class whose name was taken from where it is, rather than given."""


class Level(NamedTuple):
    """One app of a lineage."""

    package: str
    classes: tuple[type, ...]
    """Its config, and those of the bases, such as mixins, that are of no other app."""

    @property
    def config(self) -> type:
        return self.classes[0]

    def says(self, attribute: str) -> Any:
        """Return what this level itself has for an attribute, or None."""
        for each in self.classes:
            if attribute in vars(each):
                return vars(each)[attribute]
        return None

    def names(self, attribute: str) -> tuple[str, ...]:
        """Return the names that this level itself lists in an attribute."""
        return _names(self.says(attribute) or ())

    def left_out(self, kind: str) -> frozenset[str]:
        """Return what this level does not want to inherit of one kind."""
        given: Mapping[str, Any] = self.says("not_inherited") or {}
        return frozenset(_names(given.get(kind, ())))


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@cache
def levels(config: type) -> tuple[Level, ...]:
    """Return the app that a config class stands for and all that it extends.

    Nearest first. A class that is to be a base of several configs, in a package around
    theirs, is of no app.
    """
    name = getattr(config, "name", None)
    found = {name: config} if isinstance(name, str) else {}
    # Of the same kind only: a plain AppConfig among the bases lets nobody inherit.
    for each in (each for each in config.__mro__ if isinstance(each, type(config))):
        package = vars(each).get("name")
        if isinstance(package, str) and not any(
            is_around(each, child) for child in found
        ):
            found.setdefault(package, each)
    rest = list(config.__mro__)
    made = []
    for package, own in reversed(found.items()):
        classes = tuple(each for each in own.__mro__ if each in rest)
        made.append(Level(package, classes))
        rest = [each for each in rest if each not in classes]
    return tuple(reversed(made))


def is_around(config: type, package: str) -> bool:
    """Tell whether a class was named by its place, a package around the given one."""
    return BY_PLACE in vars(config) and package.startswith(f"{vars(config)['name']}.")


@cache
def packages_of(config: type) -> tuple[str, ...]:
    """Return the package that a config class stands for and all it extends."""
    return tuple(level.package for level in levels(config))


def is_extended(config: type, package: str, model: str) -> bool:
    """Tell whether a level nearer than ``package`` lists the model in extends_models.

    So each level asks only what its children say, and they may stop there: a child
    that says nothing inherits what its parent has made.
    """
    nearer = takewhile(lambda level: level.package != package, levels(config))
    return any(model in level.names("extends_models") for level in nearer)


def inherited_by(lineage: Iterable[Level], kind: str, name: str) -> Iterator[str]:
    """Yield the packages that a resource may come from, nearest first.

    Ends with the first whose ``not_inherited`` leaves the resource out.
    """
    for level in lineage:
        yield level.package
        if name in level.left_out(kind):
            return
