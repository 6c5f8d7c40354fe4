"""Where Django offers no way in: each function that is replaced, checked before it is.

A module that is not imported yet is changed when it is, so that nothing is imported
that a process does not need. All that is replaced was tried on Django 5.2, 6.0 and 6.1;
the check E109 tries what no process has needed yet.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from inspect import getattr_static, signature
from types import ModuleType
from typing import Any

from django.core.exceptions import ImproperlyConfigured

Change = Callable[[], None]

_waiting: defaultdict[str, list[Change]] = defaultdict(list)


def replace(
    path: str, parameters: str, build: Callable[[Callable[..., Any]], Any]
) -> None:
    """Put what ``build`` makes of a function in its place.

    ``path`` is ``module:name`` or ``module:Class.name``, and ``parameters`` how the
    function is known to be called. Raises ImproperlyConfigured, perhaps later, if this
    release of Django has no such function.
    """
    module, _, names = path.partition(":")

    def change() -> None:
        owner, name = _owner_of(module, names)
        function = _plain_function(getattr_static(owner, name, None))
        found = " ".join(signature(function).parameters) if function else None
        if function is None or found != parameters:
            what = "is not there" if found is None else f"takes ({found})"
            raise ImproperlyConfigured(
                f"App inheritance needs {path} to take ({parameters}), but in this "
                f"release of Django it {what}. Use a release that "
                "django_plugin_system supports."
            )
        setattr(owner, name, build(function))

    when_imported(module, change)


def add(path: str, method: Callable[..., Any]) -> None:
    """Add a method to a class that has none of that name, but inherits it.

    ``path`` is ``module:Class.name``. Raises ImproperlyConfigured, perhaps later, if
    the class has one in this release of Django.
    """
    module, _, names = path.partition(":")

    def change() -> None:
        owner, name = _owner_of(module, names)
        if name in vars(owner):
            raise ImproperlyConfigured(
                f"App inheritance needs to add {path}, but this release of Django has "
                "it. Use a release that django_plugin_system supports."
            )
        setattr(owner, name, method)

    when_imported(module, change)


def when_imported(module: str, change: Change) -> None:
    """Make a change to a module: now, or right after it has been imported."""
    if _is_imported(module):
        change()
        return
    if not any(isinstance(finder, ChangingFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ChangingFinder())
    _waiting[module].append(change)


def make_all_changes() -> None:
    """Import what has not been needed yet, or raise ImproperlyConfigured."""
    for module in list(_waiting):
        # Jinja2, for one, need not be installed: then its backend is not used.
        with suppress(ModuleNotFoundError):
            import_module(module)


class ChangingFinder:
    """Makes the changes that wait for a module, once it is imported."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in _waiting:
            return None
        spec = find_behind(self, fullname, path, target)
        if spec:
            loader: Any = _ChangingLoader(spec.loader)
            spec.loader = loader
        return spec


def _owner_of(module: str, names: str) -> tuple[Any, str]:
    owner: Any = sys.modules[module]
    *containers, name = names.split(".")
    for container in containers:
        owner = getattr(owner, container, None)
    return owner, name


class _ChangingLoader:
    """Loads as another loader does, which may be one for many modules, or none."""

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
        elif self.loader:
            # As all had to, before there was the other.
            self.loader.load_module(module.__name__)
        # Waiting still, if one of them raises: then the import has failed too.
        for change in _waiting.get(module.__name__, ()):
            change()
        _waiting.pop(module.__name__, None)


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


def _is_imported(module: str) -> bool:
    # Not so one that is being imported, by which another one is.
    spec = getattr(sys.modules.get(module), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


def _plain_function(attribute: Any) -> Callable[..., Any] | None:
    # Out of a staticmethod, a property, a cached_property or a cache.
    for wrapper in ("__func__", "fget", "func", "__wrapped__"):
        attribute = getattr(attribute, wrapper, attribute)
    return attribute if callable(attribute) else None
