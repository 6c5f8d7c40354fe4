"""Where a class is still kept that another one has taken the place of."""

from __future__ import annotations

import gc
import sys
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

from ..wording import path_of

CONTAINERS = (dict, list, set, frozenset, tuple)
# What these have of a class is for the class itself.
NOT_OF = ("django.db.", "django_plugin_system.")


def find_stale_references(classes: Collection[type]) -> Iterator[tuple[type, str]]:
    """Yield a class and the dotted name of what it is, or of what contains it.

    By names in modules and attributes of classes; what is deeper in other objects than
    that is passed over.
    """
    if not classes:
        return
    modules = _modules()
    containers = []
    for holder in gc.get_referrers(*classes):
        if home := _home_of(holder, modules):
            for name, value in holder.items():
                if any(value is cls for cls in classes):
                    yield value, f"{home}.{name}"
        elif _may_contain(holder):
            containers.append(holder)
    for holder in gc.get_referrers(*containers):
        if home := _home_of(holder, modules):
            for name, value in holder.items():
                if any(value is each for each in containers):
                    yield from ((cls, f"{home}.{name}") for cls in _in(value, classes))


def _modules() -> dict[int, str]:
    """Return the names of modules, by the identity of their globals."""
    found = {}
    modules: dict[str, object] = dict(sys.modules)
    for name, module in modules.items():
        if isinstance(module, ModuleType) and not f"{name}.".startswith(NOT_OF):
            found[id(vars(module))] = name
    return found


def _home_of(holder: Any, modules: dict[int, str]) -> str | None:
    """Return the module or class whose names a dict has, or None for all others."""
    if type(holder) is not dict or "__module__" not in holder:
        return modules.get(id(holder))
    owners = (each for each in gc.get_referrers(holder) if isinstance(each, type))
    return next(map(path_of, owners), None)


def _may_contain(holder: Any) -> bool:
    kind = type(holder)
    is_instance = hasattr(kind, "__dict__") and not issubclass(kind, type)
    return issubclass(kind, CONTAINERS) or (
        is_instance and not f"{kind.__module__}.".startswith(NOT_OF)
    )


def _in(container: Any, classes: Collection[type]) -> list[type]:
    """Return those of the classes that a container or an object has."""
    if isinstance(container, dict):
        items = [*container, *container.values()]
    elif isinstance(container, CONTAINERS):
        items = [*container]
    else:
        items = [*vars(container).values()]
    return [cls for cls in classes if any(item is cls for item in items)]
