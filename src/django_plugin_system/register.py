"""The ways into the registry: dict calls, decorators, plugins modules, entry points."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NotRequired, TypedDict, TypeVar

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from .conf import find_mistakes, get_conf
from .exceptions import DeclarationKeyError, DeclarationTypeError, RegistrationError
from .registry import plugins
from .specs import PluginItemSpec, PluginTypeSpec, check_implements, dotted

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "django_plugin_system.plugins"

T = TypeVar("T")
C = TypeVar("C", bound=type)


class PluginTypeDeclaration(TypedDict):
    """What register_plugin_type() takes."""

    name: str
    manager: str
    interface: type
    description: NotRequired[str | None]
    get_plugin: NotRequired[Callable[..., Any] | None]


class PluginItemDeclaration(TypedDict):
    """What register_plugin_item() takes."""

    name: str
    module: str
    type_name: str
    manager_name: str
    plugin_class: type
    priority: NotRequired[int | None]
    description: NotRequired[str | None]


def register_plugin_type(plugin_type: PluginTypeDeclaration) -> None:
    """Register a plugin type from a dict, or raise RegistrationError saying why not."""
    values = _checked(plugin_type, PluginTypeSpec, "register_plugin_type()")
    _register_type(PluginTypeSpec(**values))


def register_plugin_item(plugin_item: PluginItemDeclaration) -> None:
    """Register a plugin item from a dict, or raise RegistrationError saying why not.

    Its type may be registered later; a type that never comes is a system check Error.
    """
    values = _checked(plugin_item, PluginItemSpec, "register_plugin_item()")
    _register_item(PluginItemSpec(**values))


def plugin_type(
    name: str,
    *,
    manager: str | None = None,
    description: str = "",
    get_plugin: Callable[..., Any] | None = None,
) -> Callable[[C], C]:
    """Register the decorated abstract class as the interface of a plugin type.

    ``manager`` is, unless given, the app that the class belongs to.
    Raises RegistrationError when the declaration is wrong.
    """

    def register(interface: C) -> C:
        spec = PluginTypeSpec(
            name=name,
            manager=_UNKNOWN_YET if manager is None else manager,
            interface=interface,
            description=description,
            get_plugin=get_plugin,
        )
        if manager is None:
            _once_apps_are_known(
                lambda: _register_type(replace(spec, manager=owner_of(interface))),
                dotted(interface),
            )
        else:
            _register_type(spec)
        return interface

    return register


def plugin(
    interface: Callable[..., T],
    name: str,
    *,
    module: str | None = None,
    priority: int = 0,
    description: str = "",
) -> Callable[[type[T]], type[T]]:
    """Register the decorated class as a plugin item for the type with ``interface``.

    ``module`` is, unless given, the app that the class belongs to.
    Raises RegistrationError when the declaration is wrong.
    """
    if not isinstance(interface, type):
        raise DeclarationTypeError(
            f"Plugin item {name!r}: {interface!r} is not a class. Use "
            "@plugin(Interface, name) with the interface of the plugin type."
        )

    def register(plugin_class: type[T]) -> type[T]:
        draft = PluginItemSpec(
            name=name,
            module=_UNKNOWN_YET if module is None else module,
            type_name=_UNKNOWN_YET,
            manager_name=_UNKNOWN_YET,
            plugin_class=plugin_class,
            priority=priority,
            description=description,
        )
        check_implements(draft, interface)

        def make(type_: PluginTypeSpec) -> PluginItemSpec:
            return replace(
                draft,
                module=owner_of(plugin_class) if module is None else module,
                type_name=type_.name,
                manager_name=type_.manager,
            )

        _once_apps_are_known(
            lambda: plugins.register_item_for(interface, plugin_class, name, make),
            dotted(plugin_class),
        )
        return plugin_class

    return register


def discover() -> None:
    """Register all that is declared; called once apps are ready."""
    global _has_begun
    _has_begun = True
    run_deferred()
    autodiscover()
    # A wrong setting is a check Error; raising here would keep check from running.
    if mistakes := find_mistakes():
        logger.error(" ".join(mistakes))
    elif get_conf().ENTRY_POINTS:
        load_entry_points()


def discover_once() -> None:
    """Do so now if nobody has begun it, for a lookup in the ready() of another app."""
    if not _has_begun:
        discover()


def autodiscover() -> None:
    """Import the ``plugins`` module of every installed app; record those that fail."""
    for app_config in apps.get_app_configs():
        if app_config.module and module_has_submodule(app_config.module, "plugins"):
            source = f"{app_config.name}.plugins"
            _load(source, partial(import_module, source))


def load_entry_points() -> None:
    """Import what installed distributions offer as plugins; record those that fail.

    An entry point names a module whose import registers plugins, or a function in one
    that does so when called.
    """
    for entry_point in _entry_points():
        source = f"entry point {entry_point.name} = {entry_point.value}"
        plugins.add_provider(_package(entry_point.module))
        _load(source, partial(_run, entry_point))


def run_deferred() -> None:
    """Register what was declared before Django knew which apps there are."""
    while _deferred:
        source, action = _deferred.pop(0)
        try:
            action()
        except RegistrationError as error:
            logger.exception("%s could not be registered.", source)
            plugins.reject(source, error)


def owner_of(declared: type) -> str:
    """Return the name of the app that a class belongs to, else of its package.

    A class of an app that is extended belongs to that one, not to the child.
    """
    return _app_of(declared.__module__) or _package(declared.__module__)


def origin_of(name: str) -> str:
    """Return the app that an installed one extends in the end, else the name itself.

    A plugin type belongs to that, so its rows stay when the app is extended, or no
    longer is.
    """
    lineage = _lineage_of(name)
    return lineage[-1] if lineage else name


def is_installed(owner: str) -> bool:
    """Tell whether an item's ``module`` or a type's ``manager`` is part of the project.

    It is when it names an installed app, something inside one, or a package that an
    entry point brought.
    """
    return _app_of(owner) is not None or any(
        _is_inside(owner, provider) for provider in plugins.providers()
    )


# Internals, in the order they are called

_UNKNOWN_YET = "-"
_deferred: list[tuple[str, Callable[[], None]]] = []
_has_begun = False


def _register_type(spec: PluginTypeSpec) -> None:
    plugins.register_type(replace(spec, manager=origin_of(spec.manager)))


def _register_item(spec: PluginItemSpec) -> None:
    spec = replace(spec, manager_name=origin_of(spec.manager_name))
    kin = _lineage_of(spec.module)
    # What a parent registers in the name of the app is the parent's all the same.
    if kin and (owner := _app_of(spec.plugin_class.__module__)) in kin:
        spec = replace(spec, module=owner)
    plugins.register_item(spec)


def _checked(
    given: object, spec: type[PluginTypeSpec | PluginItemSpec], call: str
) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise DeclarationTypeError(f"{call} takes a dict, not {given!r}.")
    known = {field.name for field in fields(spec)}
    required = {field.name for field in fields(spec) if field.default is MISSING}
    name = given.get("name")
    if missing := required - given.keys():
        raise DeclarationKeyError(
            f"{call}: {name!r} lacks {_listed(missing)}. "
            f"Required are {_listed(required)}."
        )
    if unknown := given.keys() - known:
        raise DeclarationKeyError(
            f"{call}: {name!r} has unknown keys {_listed(unknown)}. "
            f"Known are {_listed(known)}."
        )
    # An optional key may say None, as it could in 1.x.
    return {
        key: given[key] for key in given if key in required or given[key] is not None
    }


def _listed(keys: Iterable[object]) -> str:
    return ", ".join(sorted(map(repr, keys)))


def _once_apps_are_known(action: Callable[[], None], source: str) -> None:
    # An apps.py may import its interfaces: then nobody can say yet whose they are.
    if apps.apps_ready:
        action()
    else:
        _deferred.append((source, action))


def _load(source: str, load: Callable[[], object]) -> None:
    plugins.forget(source)
    try:
        load()
    except RegistrationError as error:
        logger.exception("%s declares a plugin wrongly; it was rejected.", source)
        plugins.reject(source, error)
    except Exception as error:
        logger.exception("%s could not be loaded; its plugins are missing.", source)
        plugins.record_broken(source, error)


def _entry_points() -> list[EntryPoint]:
    return sorted(entry_points(group=ENTRY_POINT_GROUP))


def _run(entry_point: EntryPoint) -> None:
    found = entry_point.load()
    if callable(found):
        found()


def _app_of(name: str) -> str | None:
    inside = [
        package
        for app in apps.get_app_configs()
        for package in _packages(app)
        if _is_inside(name, package)
    ]
    return max(inside, key=len, default=None)


def _lineage_of(name: str) -> tuple[str, ...]:
    if not apps.apps_ready:
        return ()
    for app in apps.get_app_configs():
        packages = _packages(app)
        if name in packages:
            return packages
    return ()


def _packages(app: AppConfig) -> tuple[str, ...]:
    # Those of an app that extends others; see inheritance, which is optional.
    packages: tuple[str, ...] = getattr(app, "lineage", (app.name,))
    return packages


def _is_inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _package(module: str) -> str:
    return module.rpartition(".")[0] or module
