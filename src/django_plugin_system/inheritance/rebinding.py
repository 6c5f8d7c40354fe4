"""Names that meant an abstract class, and are to mean the model that has come of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .owners import find_owner, lineage


def rebind(old: type, new: type) -> None:
    """Let every name for one class mean another, in the modules of installed apps."""
    for module, is_kin in _modules_of_apps(old.__module__):
        names = vars(module)
        if is_kin:
            found = [name for name, value in names.items() if value is old]
        else:
            # Elsewhere only under its own name: to look through all takes long.
            found = [old.__name__] if names.get(old.__name__) is old else []
        for name in found:
            setattr(module, name, new)


def keep_own_super(cls: type) -> None:
    """Let ``super(Room, self)`` in methods of a class go on meaning that class.

    Where the name ``Room`` comes to mean a class derived from this one, the method
    would call itself without end. Methods that say ``super()`` need nothing.
    """
    for name, value in list(vars(cls).items()):
        kept = _with_own_name(value, cls)
        if kept is not value:
            setattr(cls, name, kept)


class _Globals(dict[str, Any]):
    """The names of a module, but for one that means something else."""

    def __init__(self, of_module: dict[str, Any], **own: object) -> None:
        super().__init__(own)
        self.of_module = of_module

    def __missing__(self, name: str) -> Any:
        return self.of_module[name]


def _with_own_name(value: Any, cls: type) -> Any:
    if isinstance(value, FunctionType):
        return _function(value, cls)
    if isinstance(value, classmethod | staticmethod):
        inner = _with_own_name(value.__func__, cls)
        return value if inner is value.__func__ else type(value)(inner)
    if isinstance(value, property):
        parts = (value.fget, value.fset, value.fdel)
        kept = tuple(_with_own_name(part, cls) for part in parts)
        return (
            value
            if kept == parts
            else property(kept[0], kept[1], kept[2], value.__doc__)
        )
    return value


def _function(function: FunctionType, cls: type) -> FunctionType:
    if not _names_super_of(function.__code__, cls.__name__):
        return function
    names = _Globals(function.__globals__, **{cls.__name__: cls})
    kept = FunctionType(
        function.__code__,
        names,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    kept.__kwdefaults__ = function.__kwdefaults__
    kept.__dict__.update(function.__dict__)
    kept.__doc__, kept.__module__ = function.__doc__, function.__module__
    kept.__qualname__ = function.__qualname__
    kept.__annotations__ = function.__annotations__
    return kept


def _names_super_of(code: CodeType, name: str) -> bool:
    if "super" in code.co_names and name in code.co_names:
        return True
    return any(
        _names_super_of(each, name)
        for each in code.co_consts
        if isinstance(each, CodeType)
    )


def _modules_of_apps(home: str) -> Iterator[tuple[ModuleType, bool]]:
    owner = find_owner(home)
    kin = lineage(owner[0]) if owner else ()
    for name, module in list(sys.modules.items()):
        found = find_owner(name)
        if found and isinstance(module, ModuleType):
            yield module, found[1] in kin
