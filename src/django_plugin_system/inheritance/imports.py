"""Modules that an app does not have are those of its parents.

``voga.cal.admin`` is ``library.cal.admin``, the same object under another name, if
``voga.cal`` extends ``library.cal`` and has no such module. Whatever in Django looks
for a module of an app by its name so finds what the app inherits. A parent's own
modules find in this way what it inherits itself, as they do where nobody extends it.

Whichever name it is imported or run by, a module runs as that of the package it is in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec
from inspect import getmodulename
from os import walk
from pathlib import Path
from types import ModuleType
from typing import Any

from ..awaiting import find_behind
from .ancestry import Level, inherited_by
from .missing import find_module, has_code
from .owners import find_owner, levels_from, lineage

MIGRATIONS = "migrations"
# An app has its own config, or none. It has its own package of migrations, too, though
# not all that is in it: see migrations/packages.py.
NEVER_INHERITED = ("apps", MIGRATIONS)
# Methods of loaders, all optional, that take the name of the module.
BY_NAME = ("get_code", "get_filename", "get_resource_reader", "get_source")


class InheritingFinder:
    """Finds in the parents what nobody else finds in the app."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        _stay_in_front(self)
        # Asked for every module, so those of no app should cost little.
        package, _, name = fullname.rpartition(".")
        real = getattr(sys.modules.get(package), "__name__", package)
        if real != package:
            return _in_alias(fullname, package, f"{real}.{name}")
        owner = find_owner(fullname)
        if owner is None or fullname == owner[1] or len(lineage(owner[0])) == 1:
            return None
        app, home = owner
        rest = fullname.removeprefix(f"{home}.")
        if rest in NEVER_INHERITED or rest.startswith("apps."):
            return None
        levels = levels_from(app, home)
        if path and _is_migration(rest):
            # Else the file of a parent would run as one of the child.
            path = _without_parents(path, levels)
        spec = find_behind(self, fullname, path, target)
        if spec and not _is_bare_directory(spec):
            return spec
        for parent in _sources(levels, rest):
            inherited = find_module(f"{parent}.{rest}") if parent != home else None
            if inherited and not (spec and _is_bare_directory(inherited)):
                return _alias(fullname, inherited)
        return spec


def _stay_in_front(finder: Any) -> None:
    # Others come later, such as of tools that look at what is imported. They would find
    # the file of a package that has another name too, and run it by that name.
    if sys.meta_path[0] is not finder and finder in sys.meta_path:
        sys.meta_path.remove(finder)
        sys.meta_path.insert(0, finder)


def _in_alias(fullname: str, package: str, real: str) -> ModuleSpec | None:
    """Find what is in a package that goes by the name of another one."""
    asked, owner = find_owner(package), find_owner(real)
    if asked is None or owner is None:
        return None
    rest = real.removeprefix(f"{owner[1]}.")
    levels = levels_from(*asked)
    is_parent = any(level.package == owner[1] for level in levels)
    if is_parent and owner[1] not in _sources(levels, rest):
        # Python would go on, and find the file of the parent.
        raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
    found = find_module(real)
    return _alias(fullname, found) if found else None


def _is_migration(rest: str) -> bool:
    return rest.startswith(f"{MIGRATIONS}.")


def _without_parents(path: Sequence[str], levels: Sequence[Level]) -> list[str]:
    """Return what is the app's own of a path that spans those of its parents."""
    found = (find_module(f"{level.package}.{MIGRATIONS}") for level in levels[1:])
    theirs = {
        place
        for spec in found
        if spec
        for place in spec.submodule_search_locations or ()
    }
    return [place for place in path if place not in theirs]


def _sources(levels: Sequence[Level], rest: str) -> Iterator[str]:
    """Yield the packages that a module may come from, nearest first.

    A package that is left out is so with all that is in it. No migration can be: those
    of the others depend on it.
    """
    parts = rest.split(".")
    ends = range(1, 1 if _is_migration(rest) else len(parts) + 1)
    names = [".".join(parts[:end]) for end in ends]
    for level in levels:
        package = level.package
        if all(package in inherited_by(levels, "modules", name) for name in names):
            yield package


def _is_bare_directory(spec: ModuleSpec) -> bool:
    """Tell whether Python has found but a directory, and no module below it.

    Such as one of other files, or of what a package has left in ``__pycache__``.
    """
    if has_code(spec):
        return False
    places = spec.submodule_search_locations or ()
    return not any(_has_modules(Path(place)) for place in places)


def _has_modules(place: Path) -> bool:
    if not place.is_dir():
        # In a zip file, or wherever else somebody imports from.
        return True
    for _, directories, files in walk(place):
        if any(map(getmodulename, files)):
            return True
        directories[:] = (
            name
            for name in directories
            if name.isidentifier() and name != "__pycache__"
        )
    return False


class _Alias:
    """Gives a module that is known by another name."""

    def __init__(self, alias: str, real: ModuleSpec) -> None:
        self.alias = alias
        self.real = real

    def __getattr__(self, method: str) -> Any:
        # What the real one lacks, this one lacks too.
        found = getattr(vars(self)["real"].loader, method)
        return partial(self._call, found) if method in BY_NAME else found

    def _call(self, method: Any, name: str = "") -> Any:
        return method(self.real.name)

    def create_module(self, spec: ModuleSpec) -> None:
        # It is for an import, which goes by that name.
        spec.name = self.alias
        # Before there is a module of this name: what the real one imports may ask for
        # it, and is to get the real one then, too.
        try:
            import_module(self.real.name)
        except BaseException:
            sys.modules.pop(spec.name, None)
            raise

    def exec_module(self, module: ModuleType) -> None:
        # Python goes on with what it finds here.
        sys.modules[self.alias] = import_module(self.real.name)

    def is_package(self, name: str) -> bool:
        return self.real.submodule_search_locations is not None


def _alias(fullname: str, real: ModuleSpec) -> ModuleSpec:
    loader: Any = _Alias(fullname, real)
    # Of the real name, since by this the module is known to those who do not import
    # it, but run it as a script: it imports what is beside the file that it is in.
    spec = ModuleSpec(real.name, loader, origin=real.origin)
    spec.submodule_search_locations = real.submodule_search_locations
    return spec


def install_finders() -> None:
    """Let Python ask for what is inherited."""
    # In front, since where the app has but a directory, Python ends its search.
    sys.meta_path.insert(0, InheritingFinder())
