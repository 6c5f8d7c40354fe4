"""How modules of models are imported, where one app extends another.

While a parent's is, the child's is in ``sys.modules`` too, as that of an app is where
nobody extends it: libraries put into it what they make of a model. And what would hand
a class to somebody before it is final waits, as ``statements`` says.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from opcode import opmap
from types import ModuleType
from typing import Any

from django.apps import AppConfig, apps

from .. import imports
from ..ancestry import Level
from ..owners import find_owner, levels_from, lineage
from ..seams import find_behind
from .statements import compile_waiting, names_for
from .waiting import is_waiting

IMPORT_FROM = opmap["IMPORT_FROM"]

_announced: dict[str, ModuleType] = {}
"""By name of a module that has not run: that of the parent, by which it is there."""


def install_loading() -> None:
    """Have modules imported like that until all models are there."""
    sys.meta_path.insert(0, ModelsFinder())


def run_announced(name: str) -> None:
    """Run a module that is only announced."""
    module = sys.modules.get(name)
    if isinstance(module, AnnouncedModule):
        module.__run__()


class ModelsFinder:
    """Has modules loaded in another way, as long as models are being made."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        owner = None if apps.models_ready else find_owner(fullname)
        if owner is None:
            return None
        nearer = _levels_before(*owner)
        is_models = bool(nearer) and fullname == f"{owner[1]}.models"
        may_wait = is_waiting() or any(each.names("extends_models") for each in nearer)
        if not is_models and not may_wait:
            return None
        spec = find_behind(self, fullname, path, target)
        # Not one that only has another name here.
        is_inherited = spec and type(spec.loader).__module__ == imports.__name__
        if spec and not is_inherited and hasattr(spec.loader, "exec_module"):
            children = [f"{each.package}.models" for each in nearer if is_models]
            loader: Any = ModelsLoader(spec.loader, children, may_wait)
            spec.loader = loader
        return spec


class ModelsLoader:
    """Loads as another loader does, but for what is announced and what waits."""

    def __init__(self, loader: Any, children: list[str], may_wait: bool) -> None:
        self.loader = loader
        self.children = children
        self.may_wait = may_wait

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self.loader
        announced = [name for name in self.children if _announce(name, module)]
        try:
            self._execute(module)
        except BaseException:
            for name in announced:
                if sys.modules.get(name) is module or name in _announced:
                    _forget(name)
            raise

    def _execute(self, module: Any) -> None:
        code = None
        if self.may_wait and hasattr(self.loader, "get_source"):
            source = self.loader.get_source(module.__name__)
            code = source and compile_waiting(source, module.__spec__.origin)
        if not code:
            self.loader.exec_module(module)
            return
        names = names_for(vars(module))
        vars(module).update(names)
        try:
            exec(code, vars(module))
        finally:
            for name in names:
                del vars(module)[name]


class AnnouncedModule(ModuleType):
    """A module that runs when something is imported from it, or it is asked for."""

    def __getattr__(self, name: str) -> Any:
        parent: Any = _announced[self.__name__]
        frame = sys._getframe(1)
        is_import = frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM
        # While that runs, others may look for what they are about to put here.
        may_run = is_import or not parent.__spec__._initializing
        if name == "__all__" or (may_run and not name.startswith("__")):
            self.__run__()
            return getattr(self, name)
        message = f"module {self.__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=self)

    def __run__(self) -> None:
        name, spec = self.__name__, self.__spec__
        del _announced[name]
        self.__class__ = ModuleType  # type: ignore[assignment]
        # At the end, where it would be if it was imported now.
        sys.modules[name] = sys.modules.pop(name)
        try:
            spec.loader.exec_module(self)  # type: ignore[union-attr]
        except BaseException:
            _forget(name)
            raise
        finally:
            spec._initializing = False  # type: ignore[union-attr]


def _levels_before(app: AppConfig, package: str) -> tuple[Level, ...]:
    if package == app.name:
        return ()
    return levels_from(app, app.name)[: lineage(app).index(package)]


def _announce(name: str, parent: Any) -> bool:
    if name in sys.modules:
        return False
    spec: Any = find_spec(name)
    if spec is None:
        return False
    if type(spec.loader).__module__ != imports.__name__:
        module = module_from_spec(spec)
        module.__class__ = AnnouncedModule
        # Python says so of a module that has not run to its end.
        spec._initializing = True
        _announced[name] = parent
    elif spec.loader.real.name == parent.__name__:
        module = parent
    else:
        return False
    sys.modules[name] = module
    package, _, attribute = name.rpartition(".")
    setattr(sys.modules[package], attribute, module)
    return True


def _forget(name: str) -> None:
    _announced.pop(name, None)
    del sys.modules[name]
    package, _, attribute = name.rpartition(".")
    delattr(sys.modules[package], attribute)
