"""Modules that an app does not have are those of its parents.

``voga.cal.admin`` is ``library.cal.admin``, the same object under another name, if
``voga.cal`` extends ``library.cal`` and has no such module. Whatever in Django looks
for a module of an app by its name so finds what the app inherits. A parent's own
modules find in this way what it inherits itself, as they do where nobody extends it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from .ancestry import inherited_by
from .owners import find_owner, inherits, levels_from, lineage

# An app has its own config, or none; and see migrations.py.
NEVER_INHERITED = ("apps", "migrations")


class AliasFinder:
    """Finds what is in an inherited package, which goes by the name of the parent's."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        real = getattr(sys.modules.get(package), "__name__", package)
        if real == package:
            return None
        owner = find_owner(real)
        if owner is None or find_owner(package) is None:
            return None
        rest = f"{real}.{name}".removeprefix(f"{owner[1]}.")
        if not inherits(owner[0], "modules", rest, owner[1]):
            # Python would go on, and find the file of the parent.
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return _alias(fullname, f"{real}.{name}")


class InheritingFinder:
    """Finds in the parents what nobody else has found in the app."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        owner = find_owner(fullname)
        if owner is None or fullname == owner[1] or len(lineage(owner[0])) == 1:
            return None
        app, package = owner
        rest = fullname.removeprefix(f"{package}.")
        if rest.partition(".")[0] in NEVER_INHERITED:
            return None
        for parent in inherited_by(levels_from(app, package), "modules", rest):
            if parent != package and (spec := _alias(fullname, f"{parent}.{rest}")):
                return spec
        return None


class _Alias:
    """Gives a module that is known by another name."""

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # Python goes on with what it finds here.
        sys.modules[module.__name__] = import_module(self.real)


def _alias(fullname: str, real: str) -> ModuleSpec | None:
    loader: Any = _Alias(real)
    return ModuleSpec(fullname, loader) if _exists(real) else None


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            # A package on the way is there, but lacks something that it imports.
            raise
        return False


def install_finders() -> None:
    """Let Python ask them."""
    sys.meta_path.insert(0, AliasFinder())
    sys.meta_path.append(InheritingFinder())
