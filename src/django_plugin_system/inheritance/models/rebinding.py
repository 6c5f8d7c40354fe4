"""Names that meant an abstract class, and are to mean the model that has come of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from operator import is_
from types import ModuleType
from typing import Any, NamedTuple

from ..frames import running_modules
from ..owners import find_owner
from .references import Names, replace_references


class Moment(NamedTuple):
    """When a class was made: only modules that have run since then can name it."""

    running: list[Names]
    """The globals of each module that was being imported."""

    imported: str | None
    """The module whose import had ended last. Python keeps them in that order."""


def this_moment() -> Moment:
    """Return when it is called, as part of the import of a module."""
    ended = (name for name, module in reversed(sys.modules.items()) if _has_run(module))
    return Moment(list(running_modules()), next(ended, None))


def rebind(old: type, new: type, since: Moment) -> None:
    """Let modules mean another class by all that has meant one until now."""
    levels = {each.__module__ for each in new.__mro__ if issubclass(each, old)}
    levels.discard(old.__module__)
    for names in _globals(since):
        if names["__name__"] in levels:
            # There, the name is that of a base: methods call those of the base by it.
            continue
        # Not all that the libraries have which apps import: it may be a lot.
        if find_owner(names["__name__"]) or _is_among(old, names):
            replace_references(old, new, names)


def keep_own_super(old: type, new: type) -> None:
    """Let ``super(Room, self)`` go on meaning the ``Room`` of its own module.

    Where that name comes to mean a class derived from it, a method would call itself
    without end. Modules in which all say ``super()`` are left as they are.
    """
    module = sys.modules[old.__module__]
    if _says_whose_super(module):
        own = vars(module).setdefault("super", _Super())
        own.meant[new] = old


class _Super:
    """``super`` of a module in which names of classes have come to mean others."""

    def __init__(self) -> None:
        self.meant: dict[type, type] = {}

    def __call__(self, *arguments: Any) -> Any:
        if not arguments:
            # The same that Python does.
            frame = sys._getframe(1)
            first = frame.f_code.co_varnames[0]
            arguments = frame.f_locals["__class__"], frame.f_locals[first]
        cls, *others = arguments
        return super(self.meant.get(cls, cls), *others)


def _globals(since: Moment) -> Iterator[Names]:
    """Yield those of the modules that ran then, and of all that did later."""
    yield from since.running
    for name, module in reversed(list(sys.modules.items())):
        if name == since.imported:
            return
        if isinstance(module, ModuleType):
            yield vars(module)


def _has_run(module: object) -> bool:
    # One without a spec was not made by an import, and may be running.
    return not getattr(getattr(module, "__spec__", None), "_initializing", True)


def _is_among(value: object, names: Names) -> bool:
    return True in map(is_, list(names.values()), repeat(value))


@cache
def _says_whose_super(module: Any) -> bool:
    # Of the whole module, so that no decorator hides a method; and of its text, which
    # is sooner read than its code.
    text = module.__spec__.loader.get_source(module.__name__)
    return text is None or bool(re.search(r"\bsuper\b(?!\s*\(\s*\))", text))
