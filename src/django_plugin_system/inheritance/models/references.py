"""What a module has made of a class by the time that another takes its place.

Its names, tuples, lists, dicts and sets, its own classes, and the defaults, annotations
and closures of its own functions: however deep one is in another.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import FunctionType
from typing import Any

from ..frames import NO_MODULE, name_in

Names = dict[str, Any]


def replace_references(old: type, new: type, names: Names) -> None:
    """Replace a class in all that a module has made; ``names`` are its globals."""
    replacing = _Replacing(old, new, name_in(names))
    for name, value in list(names.items()):
        if name != "__builtins__" and (found := replacing.in_value(value)) is not value:
            names[name] = found


class _Replacing:
    """Goes through values, each once. What can be changed is changed in place."""

    def __init__(self, old: type, new: type, module: str) -> None:
        self.old = old
        self.new = new
        self.module = module
        self.done: dict[int, tuple[object, object]] = {}

    def in_value(self, value: Any) -> Any:
        """Return the value that is to be there instead, or the same."""
        if value is self.old:
            return self.new
        kind: Any = type(value)
        replace = _find_way(kind)
        if replace is None:
            return value
        if id(value) not in self.done:
            # It may contain itself.
            self.done[id(value)] = value, value
            self.done[id(value)] = value, replace(self, value)
        return self.done[id(value)][1]

    def in_list(self, items: list[Any]) -> list[Any]:
        items[:] = map(self.in_value, items)
        return items

    def in_dict(self, items: dict[Any, Any]) -> dict[Any, Any]:
        if self.old in items:
            # All anew, for the order to stay.
            pairs = [(self.in_value(key), item) for key, item in items.items()]
            items.clear()
            items.update(pairs)
        for key, item in items.items():
            # No new key, so the dict keeps its size.
            items[key] = self.in_value(item)
        return items

    def in_set(self, items: set[Any]) -> set[Any]:
        if self.old in items:
            items.symmetric_difference_update({self.old, self.new})
        return items

    def in_tuple(self, items: Any) -> Any:
        found = [self.in_value(item) for item in items]
        if all(one is other for one, other in zip(found, items, strict=True)):
            return items
        return getattr(items, "_make", type(items))(found)

    def in_class(self, cls: type) -> type:
        if cls.__module__ == self.module:
            for name, value in list(vars(cls).items()):
                if (found := self.in_value(value)) is not value:
                    type.__setattr__(cls, name, found)
        return cls

    def in_function(self, function: FunctionType) -> FunctionType:
        if (function.__module__ or NO_MODULE) == self.module:
            function.__defaults__ = self.in_value(function.__defaults__)
            self.in_value(function.__kwdefaults__)
            self.in_value(function.__annotations__)
            names = function.__code__.co_freevars
            for name, cell in zip(names, function.__closure__ or (), strict=True):
                # That one is for super(), and means the class that it is written in.
                if name != "__class__":
                    with suppress(ValueError):  # nothing in it yet
                        cell.cell_contents = self.in_value(cell.cell_contents)
        return function

    def in_method(self, method: Any) -> Any:
        self.in_value(method.__func__)
        return method


_WAYS: dict[type, Callable[[_Replacing, Any], Any]] = {
    list: _Replacing.in_list,
    dict: _Replacing.in_dict,
    OrderedDict: _Replacing.in_dict,
    defaultdict: _Replacing.in_dict,
    set: _Replacing.in_set,
    tuple: _Replacing.in_tuple,
    frozenset: _Replacing.in_tuple,
    FunctionType: _Replacing.in_function,
    classmethod: _Replacing.in_method,
    staticmethod: _Replacing.in_method,
}


@cache
def _find_way(kind: type) -> Callable[[_Replacing, Any], Any] | None:
    # By the type and not isinstance(), for which lazy objects load what they stand for.
    if issubclass(kind, type):
        return _Replacing.in_class
    if issubclass(kind, tuple) and hasattr(kind, "_make"):
        return _Replacing.in_tuple
    return _WAYS.get(kind)
