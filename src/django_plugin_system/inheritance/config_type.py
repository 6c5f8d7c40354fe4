"""Config classes that know their package, their label, and whom they extend."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from .ancestry import packages_of
from .seams import when_imported


class PluginConfigType(type):
    """Makes classes that know their package, their label and whom they extend."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
    ) -> PluginConfigType:
        if parent := namespace.get("extends"):
            bases = _with_parent(bases, parent, namespace["__module__"])
        cls = super().__new__(mcs, name, bases, namespace)
        if "name" not in namespace and (package := _package_of(cls)):
            cls.name = package  # type: ignore[attr-defined]
        ancestry = packages_of(cls)
        if len(ancestry) > 1:
            # The same app, whatever its package is called.
            default = ancestry[-1].rpartition(".")[2]
            label = getattr(super(cls, cls), "label", default)
            if namespace.get("label", label) != label:
                raise ImproperlyConfigured(
                    f"{cls.__module__}.{name} has the label {namespace['label']!r}, "
                    f"but it extends {ancestry[1]!r}, whose label is {label!r}. An app "
                    "is extended under its own label: leave it out."
                )
            cls.label = label  # type: ignore[attr-defined]
        _hide_foreign_configs(cls)
        return cls


def find_config_class(package: str) -> PluginConfigType | None:
    """Return the config class that an app package defines, or None.

    Imports the package and its ``apps`` module, nothing else.
    """
    module = import_module(package)
    candidates = _configs_in(module, package)
    if not candidates and module_has_submodule(module, "apps"):
        candidates = _configs_in(import_module(f"{package}.apps"), package)
    return _only(candidates, package)


def _only(candidates: list[PluginConfigType], package: str) -> PluginConfigType | None:
    """Return the one that an app is to have, as Django would choose it, or None."""
    able = [each for each in candidates if getattr(each, "default", True)]
    if len(able) < 2:
        return able[0] if able else None
    # Its own: another one may derive from it.
    chosen = [each for each in able if vars(each).get("default")]
    if len(chosen) != 1:
        names = ", ".join(each.__qualname__ for each in able)
        raise ImproperlyConfigured(
            f"{package!r} has more than one config: {names}. "
            "Give one of them 'default = True'."
        )
    return chosen[0]


def _configs_in(module: Any, package: str) -> list[PluginConfigType]:
    # Not isinstance(): it would make lazy settings in the module load themselves.
    return [
        each
        for each in vars(module).values()
        if issubclass(type(each), PluginConfigType)
        and vars(each).get("name") == package
        and each.__module__ in (package, module.__name__)
    ]


def _with_parent(
    bases: tuple[type, ...], package: str, module: str
) -> tuple[type, ...]:
    parent = find_config_class(package)
    if parent is None:
        raise ImproperlyConfigured(
            f"{module} extends {package!r}, but that has no config derived from "
            "PluginConfig. Give it one in its apps module."
        )
    others = tuple(base for base in bases if not issubclass(parent, base))
    return (*others, parent)


def _package_of(cls: type) -> str | None:
    """Return the package that a class is the config of by its place alone, or None."""
    module = sys.modules[cls.__module__]
    if hasattr(module, "__path__"):
        return cls.__module__
    package, _, name = cls.__module__.rpartition(".")
    return package if name == "apps" else None


def _hide_foreign_configs(cls: type) -> None:
    # Django takes the one config that it sees in the apps module, and silently none
    # where it sees two: such as a child's and, imported to derive from, its parent's.
    module = sys.modules[cls.__module__]
    if hasattr(module, "__path__"):
        _provide_apps_module(module, cls)
    elif "__dir__" not in vars(module):
        _say_what_is_seen(module, cls.__module__.rpartition(".")[0])


def _say_what_is_seen(module: Any, package: str) -> None:
    # What dir() of a module lists is up to the module (PEP 562).
    def names_seen() -> list[str]:
        own = _configs_in(module, package)
        # Only while Django looks for it, without a word if there are two.
        only = None if apps.apps_ready else _only(own, package)
        seen = [only] if only else own
        return [
            name
            for name, value in vars(module).items()
            if not issubclass(type(value), type)
            or not issubclass(value, AppConfig)
            or value in seen
        ]

    module.__dir__ = names_seen


def _provide_apps_module(package: ModuleType, cls: type) -> None:
    # A config in the package itself, where Django does not look for one.
    name = f"{package.__name__}.apps"
    if PathFinder.find_spec(name, package.__path__):
        when_imported(name, lambda: _add_config(sys.modules[name], cls))
        return
    if name not in sys.modules:
        module = ModuleType(
            name, f"Has what is in {package.__name__} for Django to see."
        )
        module.__spec__ = ModuleSpec(name, None, origin=package.__file__)
        _say_what_is_seen(module, package.__name__)
        sys.modules[name] = module
    setattr(sys.modules[name], cls.__name__, cls)


def _add_config(module: ModuleType, cls: type) -> None:
    if not any(
        issubclass(type(each), PluginConfigType) for each in vars(module).values()
    ):
        setattr(module, cls.__name__, cls)
