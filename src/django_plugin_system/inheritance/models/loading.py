"""How modules of models are imported, where one app extends another.

While a parent's is, the child's is in ``sys.modules`` too, as that of an app is where
nobody extends it: libraries put into it what they make of a model. And what would hand
a class to somebody before it is final waits, as ``statements`` says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from opcode import opmap
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from django.apps import AppConfig, apps

from ...awaiting import find_behind
from .. import imports
from ..ancestry import Level
from ..missing import find_module
from ..owners import extending_apps, find_owner, levels_from, lineage
from .statements import compile_waiting

IMPORT_FROM = opmap["IMPORT_FROM"]
BUILD_CLASS = opmap["LOAD_BUILD_CLASS"]
CALLS = [
    opmap["CALL"],
    opmap["CALL_FUNCTION_EX"],
    # Only since Python 3.13.
    *(opmap[name] for name in opmap if name == "CALL_KW"),
]

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


class Extended(NamedTuple):
    """What finds words that modules have which speak of models that are extended."""

    packages: re.Pattern[bytes]
    """The last parts of the names of packages."""

    names: re.Pattern[bytes]
    """And the names of the models, which others may have by way of other modules."""


class ModelsFinder:
    """Has modules loaded in another way, as long as models are being made."""

    configs: object = None
    extended: Extended | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        is_time = apps.apps_ready and not apps.models_ready
        owner = find_owner(fullname) if is_time else None
        if owner is None:
            return None
        nearer = _levels_before(*owner)
        is_models = bool(nearer) and fullname == f"{owner[1]}.models"
        extended = self._get_extended()
        if not is_models and not extended:
            return None
        spec = find_behind(self, fullname, path, target)
        if spec and hasattr(spec.loader, "exec_module") and not _is_ours(spec):
            children = [f"{each.package}.models" for each in nearer if is_models]
            loader: Any = ModelsLoader(spec.loader, children, extended)
            spec.loader = loader
        return spec

    def _get_extended(self) -> Extended | None:
        if self.configs is not apps.app_configs:
            self.configs = apps.app_configs
            self.extended = _extended()
        return self.extended


class ModelsLoader:
    """Loads as another loader does, but for what is announced and what waits."""

    def __init__(
        self, loader: Any, children: list[str], extended: Extended | None
    ) -> None:
        self.loader = loader
        self.children = children
        self.extended = extended

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
        name, spec = module.__name__, module.__spec__
        # What any other kind of loader does need not be to run the code that it has.
        is_plain = type(self.loader) is SourceFileLoader
        code = self.loader.get_code(name) if is_plain else None
        waiting = None
        if self.extended is not None and (code is None or self._is_about(name, code)):
            waiting = self._waiting_code(module, spec.origin, is_about=bool(code))
        if waiting or code:
            # As the loader would, after it had read the file once more.
            exec(waiting or code, vars(module))  # type: ignore[arg-type]
        else:
            self.loader.exec_module(module)

    def _is_about(self, name: str, code: CodeType) -> bool:
        """Tell whether a module may hand on a class of such an app, by its code.

        It is sooner looked through than text, which would have to be read.
        """
        if not _makes_calls(code):
            return False
        texts = [each for each in code.co_consts if isinstance(each, str)]
        own = {each.co_name for each in code.co_consts if isinstance(each, CodeType)}
        # A class of the module itself may be called like a model of another app.
        others = [each for each in code.co_names if each not in own]
        # Among others, the names that are imported from other modules.
        tuples = [each for each in code.co_consts if isinstance(each, tuple)]
        assert self.extended
        return bool(
            self.extended.packages.search(f"{name} {code.co_names} {texts}".encode())
            or self.extended.names.search(f"{others} {tuples}".encode())
        )

    def _waiting_code(
        self, module: Any, origin: str, *, is_about: bool
    ) -> CodeType | None:
        source = None
        # A loader may have no source, or not show what it has.
        with suppress(Exception):
            if is_about or self._speaks_of_it(module.__name__, origin):
                source = self.loader.get_source(module.__name__)
        return compile_waiting(source, origin, vars(module)) if source else None

    def _speaks_of_it(self, name: str, origin: str) -> bool:
        """Do what _is_about() does by the text: less exact, but sooner than parsing."""
        assert self.extended
        text = self.loader.get_data(origin)
        return bool(self.extended.names.search(name.encode() + b" " + text))


class AnnouncedModule(ModuleType):
    """A module that runs when something is imported from it, or it is asked for."""

    def __getattr__(self, name: str) -> Any:
        parent = getattr(_announced[self.__name__], "__spec__", None)
        frame = sys._getframe(1)
        is_import = frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM
        # While that runs, others may look for what they are about to put here.
        may_run = is_import or not getattr(parent, "_initializing", False)
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


def _extended() -> Extended | None:
    packages: set[str] = set()
    models: set[str] = set()
    for app in extending_apps():
        levels = levels_from(app, app.name)
        if names := [name for each in levels for name in each.names("extends_models")]:
            packages.update(package.rpartition(".")[2] for package in lineage(app))
            models.update(names)
    return Extended(_any_of(packages), _any_of(packages | models)) if models else None


def _any_of(names: set[str]) -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b".encode())


def _makes_calls(code: CodeType) -> bool:
    """Tell whether a module calls anything itself but to make its classes."""
    instructions = code.co_code[::2]
    return sum(map(instructions.count, CALLS)) > instructions.count(BUILD_CLASS)


def _is_ours(spec: ModuleSpec) -> bool:
    """Tell whether it only has another name, or has been found by us already."""
    names = __name__, imports.__name__
    return type(spec.loader).__module__ in names


def _announce(name: str, parent: Any) -> bool:
    if name in sys.modules:
        return False
    spec: Any = find_module(name)
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
