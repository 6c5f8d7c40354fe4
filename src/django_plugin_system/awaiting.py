"""What is done right after somebody imports a module; nothing is imported for it."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

Action = Callable[[], None]

_once: defaultdict[str, list[Action]] = defaultdict(list)
_always: defaultdict[str, list[Action]] = defaultdict(list)


def when_imported(module: str, action: Action) -> None:
    """Call ``action`` once: now, or right after the module has been imported.

    If it raises then, the import has failed.
    """
    if _is_imported(module):
        action()
        return
    _await(module, action, _once)


def whenever_imported(module: str, action: Action) -> None:
    """Call ``action`` now and each time that the module's code has run.

    It runs again when the module is reloaded, or is imported anew.
    """
    if _is_imported(module):
        action()
    _await(module, action, _always)


def awaited() -> list[str]:
    """Return the modules that an action waits for to be called once."""
    return list(_once)


class AwaitingFinder:
    """Calls what waits for a module, once that is imported."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in _once and fullname not in _always:
            return None
        spec = find_behind(self, fullname, path, target)
        # A directory without __init__.py has no loader, and no code to wait for.
        if spec and spec.loader is not None:
            loader: Any = _AwaitingLoader(spec.loader)
            spec.loader = loader
        return spec


class _AwaitingLoader:
    """Loads as another loader does, which may be one for many modules."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["loader"], name)

    def create_module(self, spec: ModuleSpec) -> Any:
        create = getattr(self.loader, "create_module", None)
        return create(spec) if create else None

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self.loader
        if hasattr(self.loader, "exec_module"):
            self.loader.exec_module(module)
        else:
            # As all had to, before there was the other.
            self.loader.load_module(module.__name__)
        # Waiting still, if one of them raises: then the import has failed too.
        for action in _once.get(module.__name__, ()):
            action()
        _once.pop(module.__name__, None)
        for action in _always.get(module.__name__, ()):
            action()


def find_behind(
    finder: object, fullname: str, path: Sequence[str] | None, target: Any
) -> ModuleSpec | None:
    """Return what Python would find if it had no such finder."""
    finders: list[Any] = list(sys.meta_path)
    # Those before it have been asked already. Somebody may have put it into another.
    behind = finders[finders.index(finder) + 1 :] if finder in finders else [PathFinder]
    for each in behind:
        # Python passes over those that have none, too.
        find_spec = getattr(each, "find_spec", None)
        spec: ModuleSpec | None = find_spec and find_spec(fullname, path, target)
        if spec:
            return spec
    return None


def _await(
    module: str, action: Action, actions: defaultdict[str, list[Action]]
) -> None:
    if not any(isinstance(finder, AwaitingFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AwaitingFinder())
    actions[module].append(action)


def _is_imported(module: str) -> bool:
    # Not so one that is being imported, by which another one is.
    spec = getattr(sys.modules.get(module), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)
