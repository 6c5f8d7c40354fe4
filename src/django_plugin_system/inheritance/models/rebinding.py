"""Names that meant an abstract class, and are to mean the model that has come of it."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import repeat
from operator import is_
from types import ModuleType
from typing import Any, NamedTuple

from ..frames import name_in, running_modules
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
        if name_in(names) in levels:
            # There, the name is that of a base: methods call those of the base by it.
            continue
        # Not all that the libraries have which apps import: it may be a lot.
        if find_owner(name_in(names)) or _is_among(old, names):
            replace_references(old, new, names)


def keep_own_super(old: type, new: type) -> None:
    """Let ``super(Room, self)`` go on meaning the ``Room`` of its own module.

    Where that name comes to mean a class derived from it, a method would call itself
    without end. Modules in which all say ``super()`` are left as they are.
    """
    # One that is run by other means than an import need not be there.
    module = sys.modules.get(old.__module__)
    if module and _says_whose_super(module):
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
            try:
                first = frame.f_code.co_varnames[0]
                arguments = frame.f_locals["__class__"], frame.f_locals[first]
            except LookupError:
                raise RuntimeError("super(): no arguments") from None
        cls, *others = arguments
        return super(self.meant.get(cls, cls), *others)


def _globals(since: Moment) -> Iterator[Names]:
    """Yield those of the modules that ran then, and of all that did later."""
    yield from since.running
    for name, module in reversed(list(sys.modules.items())):
        if name == since.imported:
            return
        if isinstance(module, ModuleType):
            yield _names_of(module)


def _has_run(module: object) -> bool:
    # One without a spec was not made by an import, and may be running.
    spec = _names_of(module).get("__spec__") if isinstance(module, ModuleType) else None
    return not getattr(spec, "_initializing", True)


def _names_of(module: ModuleType) -> Names:
    # Not by vars(), for which a lazy module would be loaded.
    names: Names = object.__getattribute__(module, "__dict__")
    return names


def _is_among(value: object, names: Names) -> bool:
    return True in map(is_, list(names.values()), repeat(value))


@cache
def _says_whose_super(module: Any) -> bool:
    # Of the whole module, so that no decorator hides a method; and of its text, which
    # is sooner read than its code.
    text = None
    # From the file, or the loader, which may have neither. Then nobody knows.
    with suppress(Exception):
        text = inspect.getsource(module)
    return text is None or bool(re.search(r"\bsuper\b(?!\s*\(\s*\))", text))
