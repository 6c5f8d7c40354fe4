"""Which code is running: what is being imported, and who has called."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def running_modules() -> Iterator[dict[str, Any]]:
    """Yield the globals of the modules that are being imported, the last one first."""
    frame = sys._getframe()
    while outer := frame.f_back:
        frame = outer
        if frame.f_code.co_name == "<module>":
            yield frame.f_globals


def calling_module(beyond: str) -> str:
    """Return the module that has called a function, and is not of a given package."""
    frame = sys._getframe(2)
    while f"{frame.f_globals['__name__']}.".startswith(f"{beyond}.") and frame.f_back:
        frame = frame.f_back
    name: str = frame.f_globals["__name__"]
    return name
