"""Who extends whom, as pure functions of config classes; no apps, no settings.

The lineage of an app is what its config class says: the packages that it and its bases
stand for, in Python's own order of bases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any


@cache
def packages_of(config: type) -> tuple[str, ...]:
    """Return the package that a config class stands for and all it extends.

    Nearest first. Bases that stand for no package, such as mixins, are left out.
    """
    return tuple(dict.fromkeys(vars(each)["name"] for each in ancestors(config)))


@cache
def ancestors(config: type) -> tuple[type, ...]:
    """Return the config class and its bases that stand for a package, nearest first."""
    # Of the same kind only: a plain AppConfig among the bases lets nobody inherit.
    kin = (each for each in config.__mro__ if isinstance(each, type(config)))
    return tuple(each for each in kin if isinstance(vars(each).get("name"), str))


def named(config: type, attribute: str) -> tuple[str, ...]:
    """Return the names that a class itself lists in an attribute; no base counts."""
    listed = vars(config).get(attribute, ())
    return (listed,) if isinstance(listed, str) else tuple(listed)


def is_extended(config: type, package: str, model: str) -> bool:
    """Tell whether a class nearer than ``package`` lists the model in extends_models.

    So each level asks only what its children say, and they may stop there: a child
    that says nothing inherits what its parent has made.
    """
    for each in ancestors(config):
        if vars(each)["name"] == package:
            return False
        if model in named(each, "extends_models"):
            return True
    return False


def inherited_by(config: type, kind: str, name: str) -> Iterator[str]:
    """Yield the packages that a resource may come from, nearest first.

    Ends with the first whose ``not_inherited`` leaves the resource out.
    """
    for each in ancestors(config):
        yield vars(each)["name"]
        if name in left_out(each, kind):
            return


def left_out(config: type, kind: str) -> frozenset[str]:
    """Return what a class itself does not want to inherit of one kind."""
    given: Mapping[str, Any] = vars(config).get("not_inherited", {})
    names: Iterable[str] = given.get(kind, ())
    return frozenset([names] if isinstance(names, str) else names)
