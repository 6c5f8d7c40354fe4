"""Which code is running: what is being imported, and who has called.

Code need not be a module, nor say which one it is: ``exec()`` runs it without a word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

NO_MODULE = "builtins"
"""What Python says is the module of a class that such code makes."""


def running_modules() -> Iterator[dict[str, Any]]:
    """Yield the globals of the modules that are being imported, the last one first."""
    frame = sys._getframe()
    while outer := frame.f_back:
        frame = outer
        if frame.f_code.co_name == "<module>":
            yield frame.f_globals


def calling_module(beyond: str) -> str:
    """Return the module that has called a function, and is not of a given package.

    Code that does not say which one it is belongs to whoever has called it.
    """
    frame = sys._getframe(2)
    name = name_in(frame.f_globals)
    while frame.f_back and f"{name}.".startswith((f"{beyond}.", f"{NO_MODULE}.")):
        frame = frame.f_back
        name = name_in(frame.f_globals)
    return name


def name_in(names: Mapping[str, Any]) -> str:
    """Return the name of the module that has these globals."""
    name = names.get("__name__")
    return name if isinstance(name, str) else NO_MODULE
