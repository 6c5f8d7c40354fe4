"""Modules that an app does not have are those of its parents.

``voga.cal.admin`` is ``library.cal.admin``, the same object under another name, if
``voga.cal`` extends ``library.cal`` and has no such module. Whatever in Django looks
for a module of an app by its name so finds what the app inherits.

In two packages each file counts, whichever of the lineage has it: ``templatetags``,
whose libraries are listed, and ``migrations``. They are looked for in all directories.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, spec_from_file_location
from types import ModuleType

from django.apps import AppConfig

from .owners import find_owner, inherits, lineage

JOINED = ("migrations", "templatetags")
# An app has its own config, or none.
NEVER_INHERITED = ("apps",)


class JoiningFinder(MetaPathFinder):
    """Lets packages of some names span all directories of the lineage."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if name not in JOINED:
            return None
        owner = find_owner(package)
        if owner is None or owner[1] != package or owner[0].name != package:
            return None
        return _join(owner[0], name)


class InheritingFinder(MetaPathFinder):
    """Finds in the parents what nobody else has found in the app."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        owner = find_owner(fullname)
        if owner is None or owner[0].name != owner[1] or fullname == owner[1]:
            return None
        app, package = owner
        rest = fullname.removeprefix(f"{package}.")
        first = rest.partition(".")[0]
        if first in NEVER_INHERITED or first in JOINED:
            return None
        for parent in lineage(app)[1:]:
            if inherits(app, "modules", rest, parent) and _exists(f"{parent}.{rest}"):
                return ModuleSpec(fullname, _Alias(f"{parent}.{rest}"))
        return None


class _Alias(Loader):
    """Gives a module that is known by another name."""

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # Python goes on with what it finds here.
        sys.modules[module.__name__] = import_module(self.real)


def _join(app: AppConfig, name: str) -> ModuleSpec | None:
    specs = list(_specs(app, name))
    if len(specs) < 2 and all(package == app.name for package, _ in specs):
        return None
    locations = [
        location
        for _, spec in specs
        for location in spec.submodule_search_locations or ()
    ]
    origin = specs[0][1].origin
    return spec_from_file_location(
        f"{app.name}.{name}", origin, submodule_search_locations=locations
    )


def _specs(app: AppConfig, name: str) -> Iterator[tuple[str, ModuleSpec]]:
    for package in lineage(app):
        path = import_module(package).__path__
        spec = PathFinder.find_spec(f"{package}.{name}", path)
        if spec and spec.origin and spec.submodule_search_locations:
            yield package, spec


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        # A package on the way is missing.
        return False


def install_finders() -> None:
    """Let Python ask them."""
    sys.meta_path.insert(0, JoiningFinder())
    sys.meta_path.append(InheritingFinder())
