"""When two classes are one declaration: made anew from it, or by its module's rerun.

``@dataclass(slots=True)`` puts a new class in the place of the one that was registered,
and so does a module that is reloaded. Plain Python, without Django.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any


def current_class(cls: type) -> type:
    """Return the class that has the place of ``cls`` in its module now."""
    found = _find(cls)
    return found if isinstance(found, type) and is_made_from(found, cls) else cls


def is_made_from(new: type, known: type) -> bool:
    """Tell whether a decorator has made ``new`` of ``known``: it has what that has.

    Another class of the same name, as in a loop, has functions of its own.
    """
    if _place(new) != _place(known):
        return False
    own = {
        name: value
        for name, value in vars(known).items()
        if isinstance(value, FunctionType | property | staticmethod | classmethod)
        or name == "__annotations__"
    }
    if own:
        return any(vars(new).get(name) is value for name, value in own.items())
    return all(
        vars(new).get(name) is value
        for name, value in vars(known).items()
        if not name.startswith("_")
    )


def takes_place_of(new: type, known: type) -> bool:
    """Tell whether ``new`` comes of the declaration that ``known`` came of.

    The same name twice in one run of a module is a mistake, and no rerun.
    """
    module = sys.modules.get(new.__module__)
    if module is None or _place(new) != _place(known):
        return False
    found = _find(known)
    if found is new:
        return True
    if is_running(new):
        return found is not known and _is_of_former_module(known, module)
    # While a module is reloaded, the name means the old class until the new one is
    # complete, decorators and all.
    return found is known


def is_running(cls: type) -> bool:
    """Tell whether the module of a class is being imported, for the first time."""
    module = sys.modules.get(cls.__module__)
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _place(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _find(cls: type) -> Any:
    # Without getattr(), since modules and classes may answer that with anything. No
    # namespace has "<locals>", so that classes in functions are never found.
    found: Any = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = vars(found).get(name) if isinstance(found, ModuleType | type) else None
    return found


def _is_of_former_module(cls: type, module: ModuleType) -> bool:
    return any(
        isinstance(each, FunctionType)
        and each.__module__ == module.__name__
        and each.__globals__ is not vars(module)
        for each in vars(cls).values()
    )
