"""Which modules there are, and why an import has failed."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, NamespaceLoader
from importlib.util import find_spec
from typing import Any


def is_missing(name: str, error: ImportError) -> bool:
    """Tell whether a module, or a package on the way to it, is not there.

    Else it is there, but lacks something that it imports.
    """
    return isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(
        f"{error.name}."
    )


def find_module(name: str) -> ModuleSpec | None:
    """Return what Python knows of a module, or None if there is no such module.

    Imports the packages that it is in, and raises what they raise.
    """
    module = sys.modules.get(name)
    if module is not None:
        return _spec_of(module, name)
    try:
        return find_spec(name)
    except ModuleNotFoundError as error:
        if not is_missing(name, error):
            raise
        return None


def has_code(spec: ModuleSpec) -> bool:
    """Tell whether a module is more than a directory that Python could import from."""
    is_directory = spec.submodule_search_locations is not None and (
        spec.loader is None or isinstance(spec.loader, NamespaceLoader)
    )
    return not is_directory


def _spec_of(module: Any, name: str) -> ModuleSpec:
    spec = getattr(module, "__spec__", None)
    if isinstance(spec, ModuleSpec) and sys.modules.get(spec.name) is module:
        return spec
    # Made by hand, or under another name: Python itself would refuse.
    made = ModuleSpec(name, getattr(module, "__loader__", None))
    made.origin = getattr(module, "__file__", None)
    made.submodule_search_locations = getattr(module, "__path__", None)
    return made
