"""Config classes that know their package, their label, and whom they extend."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeVar

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from ..awaiting import when_imported
from .ancestry import BY_PLACE, is_around, packages_of
from .frames import calling_module
from .missing import find_module, has_code, is_missing
from .wording import path_of

Config = TypeVar("Config", bound=type)


class PluginConfigType(type):
    """Makes classes that know their package, their label and whom they extend."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
    ) -> PluginConfigType:
        if "__module__" not in namespace:
            # Made by a call: Python would say that it is of the module of this line.
            namespace = {"__module__": calling_module(beyond=__name__), **namespace}
        if extends := namespace.get("extends"):
            bases = _with_parent(bases, extends, namespace["__module__"])
        cls = super().__new__(mcs, name, bases, namespace)
        _check_values(cls)
        if "name" not in namespace and (package := _package_to_take(cls)):
            cls.name = package  # type: ignore[attr-defined]
            setattr(cls, BY_PLACE, True)
        packages = packages_of(cls)
        parent = _parent_of(cls, packages[0]) if packages else None
        if parent and packages[0] != vars(parent)["name"]:
            # The same app, whatever its package is called.
            label = _label_of(parent)
            if namespace.get("label", label) != label:
                raise ImproperlyConfigured(
                    f"{path_of(cls)} has the label {namespace['label']!r}, but it "
                    f"extends {packages[1]!r}, whose label is {label!r}. An app is "
                    "extended under its own label: leave it out."
                )
            cls.label = label  # type: ignore[attr-defined]
        _hide_other_configs(cls)
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


def _only(candidates: Sequence[Config], package: str) -> Config | None:
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


def package_of(cls: type) -> str | None:
    """Return the package that a class is the config of by its place alone, or None."""
    if hasattr(sys.modules.get(cls.__module__), "__path__"):
        return cls.__module__
    package, _, name = cls.__module__.rpartition(".")
    return package if name == "apps" else None


def _configs_in(module: Any, package: str) -> list[PluginConfigType]:
    """Return those of a package that a module defines, else that it has from there."""
    # Not isinstance(): it would make lazy settings in the module load themselves.
    configs = [
        each
        for each in vars(module).values()
        if issubclass(type(each), PluginConfigType)
        and vars(each).get("name") == package
    ]
    here = [each for each in configs if each.__module__ == module.__name__]
    return here or [each for each in configs if each.__module__ == package]


def _with_parent(
    bases: tuple[type, ...], package: object, module: str
) -> tuple[type, ...]:
    if not isinstance(package, str):
        raise ImproperlyConfigured(
            f"{module} extends {package!r}; it has to be the name of one package."
        )
    if package in (module, module.rpartition(".")[0]):
        raise ImproperlyConfigured(
            f"{module} extends {package!r}, which is its own package."
        )
    try:
        parent = find_config_class(package)
    except ModuleNotFoundError as error:
        if not is_missing(package, error):
            raise
        raise ImproperlyConfigured(
            f"{module} extends {package!r}, which is not a package. Mend its name, or "
            "install it."
        ) from error
    if parent is None:
        raise ImproperlyConfigured(
            f"{module} extends {package!r}, but that has no config derived from "
            "PluginConfig. Give it one in its apps module."
        )
    others = tuple(base for base in bases if not issubclass(parent, base))
    return (*others, parent)


def _check_values(cls: type) -> None:
    for attribute in ("extends_models", "needs_plugins"):
        if not _are_names(given := vars(cls).get(attribute, ())):
            raise ImproperlyConfigured(
                f"{path_of(cls)}: {attribute} is {given!r}; it has to be a list of "
                "names."
            )
    given = vars(cls).get("not_inherited", {})
    if not isinstance(given, Mapping) or not all(map(_are_names, given.values())):
        raise ImproperlyConfigured(
            f"{path_of(cls)}: not_inherited is {given!r}; it has to be a dict of lists "
            "of names, such as {'fixtures': ['demo']}."
        )


def _are_names(given: object) -> bool:
    return isinstance(given, str | list | tuple | set | frozenset) and all(
        isinstance(name, str) for name in given
    )


def _package_to_take(cls: type) -> str | None:
    """Return the package to name a class by, which does not name one itself, or None.

    One that derives from the config of an app, without a word about extending it, may
    as well be another config for that app, as Django's documentation shows it for the
    users of an app. It is where the label says no different, or Django finds no other.
    """
    package = package_of(cls)
    parent = package and _parent_of(cls, package)
    if not package or not parent:
        return package
    extends = (
        cls.__module__ == package
        or {"extends", "extends_models"} & vars(cls).keys()
        or package.rpartition(".")[2] == _label_of(parent)
    )
    return package if extends else None


def _parent_of(cls: type, package: str) -> type | None:
    for each in cls.__mro__[1:]:
        if isinstance(vars(each).get("name"), str) and not is_around(each, package):
            return each
    return None


def _label_of(config: type) -> str:
    """Return the label of all apps that extend the one of a config, and its own."""
    root = packages_of(config)[-1]
    return getattr(config, "label", root.rpartition(".")[2])


def _hide_other_configs(cls: type) -> None:
    # Django takes the one config that it sees in the apps module, and silently none
    # where it sees two: such as a child's and, imported to derive from, its parent's.
    module = sys.modules.get(cls.__module__)
    package, _, name = cls.__module__.rpartition(".")
    if module and hasattr(module, "__path__"):
        _provide_apps_module(module, cls)
    elif module and name == "apps":
        _say_what_is_seen(module, package)


def _say_what_is_seen(module: ModuleType, package: str) -> None:
    # What dir() of a module lists is up to the module (PEP 562).
    def names_seen() -> list[str]:
        configs = {
            name: value for name, value in vars(module).items() if _is_config(value)
        }
        seen = [each for each in configs.values() if each.__module__ == module.__name__]
        # Only while Django looks for one, without a word if there are two.
        if not apps.apps_ready:
            own = _configs_in(module, package)
            others = [each for each in seen if type(each) is type]
            if only := _only([*own, *others], package):
                seen = [only]
        return [name for name in vars(module) if configs.get(name) in (None, *seen)]

    if "__dir__" not in vars(module):
        module.__dir__ = names_seen  # type: ignore[method-assign]


def _is_config(value: Any) -> bool:
    return issubclass(type(value), type) and issubclass(value, AppConfig)


def _provide_apps_module(package: ModuleType, cls: type) -> None:
    # A config in the package itself, where Django does not look for one.
    name = f"{package.__name__}.apps"
    found = find_module(name)
    if found and found.loader and has_code(found):
        when_imported(name, lambda: _add_config(sys.modules[name], cls))
        return
    if name not in sys.modules:
        module = ModuleType(name, f"Has the config in {package.__name__}.")
        module.__spec__ = ModuleSpec(
            name, None, origin=getattr(package, "__file__", None)
        )
        _say_what_is_seen(module, package.__name__)
        sys.modules[name] = module
    setattr(sys.modules[name], cls.__name__, cls)


def _add_config(module: ModuleType, cls: type) -> None:
    if not any(
        issubclass(type(each), PluginConfigType) and each.__module__ == module.__name__
        for each in vars(module).values()
    ):
        setattr(module, cls.__name__, cls)
        _say_what_is_seen(module, cls.__module__)
