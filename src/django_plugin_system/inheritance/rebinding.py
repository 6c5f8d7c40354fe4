"""Names that meant an abstract class, and are to mean the model that has come of it."""

from __future__ import annotations

import re
import sys
from itertools import repeat
from operator import is_
from types import ModuleType
from typing import Any

_finished_before: frozenset[str] = frozenset()


def install_rebinding() -> None:
    """Pass over the modules that are there by now: they know no model of an app."""
    global _finished_before
    _finished_before = frozenset(
        name for name, module in sys.modules.items() if not _is_starting(module)
    )


def rebind(old: type, new: type) -> None:
    """Let every name for one class mean another, in all modules."""
    for name, module in list(sys.modules.items()):
        if name not in _finished_before and isinstance(module, ModuleType):
            names = vars(module)
            if True in map(is_, list(names.values()), repeat(old)):
                found = [name for name, value in names.items() if value is old]
                names.update(dict.fromkeys(found, new))


def keep_own_super(old: type, new: type) -> None:
    """Let ``super(Room, self)`` go on meaning the ``Room`` of its own module.

    Where that name comes to mean a class derived from it, a method would call itself
    without end. Modules in which all say ``super()`` are left as they are.
    """
    module = sys.modules[old.__module__]
    if _names_super_of(module, old.__name__):
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


def _is_starting(module: object) -> bool:
    return getattr(getattr(module, "__spec__", None), "_initializing", True)


def _names_super_of(module: Any, name: str) -> bool:
    # Of the whole module, so that no decorator hides a method; and of its text, which
    # is sooner read than its code.
    text = module.__spec__.loader.get_source(module.__name__)
    return text is None or bool(re.search(rf"\bsuper\(\s*{name}\b", text))
