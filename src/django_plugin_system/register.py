"""The ways into the registry: dict calls, decorators, plugins modules, entry points."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from functools import cache, partial, wraps
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import signature
from types import ModuleType
from typing import Any, NotRequired, ParamSpec, TypedDict, TypeVar, get_origin

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.module_loading import module_has_submodule

from .conf import APP, ensure_installed, find_mistakes, get_conf
from .exceptions import DeclarationKeyError, DeclarationTypeError, RegistrationError
from .registry import plugins
from .specs import PluginItemSpec, PluginTypeSpec, check_implements, dotted

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "django_plugin_system.plugins"

T = TypeVar("T")
C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")


def _with_arguments(example: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a decorator say how it is written where its arguments are missing."""

    def decorate(decorator: Callable[P, R]) -> Callable[P, R]:
        bind = signature(decorator).bind

        @wraps(decorator)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if len(args) == 1 and isinstance(args[0], type) and not kwargs:
                mistake = f"got only {dotted(args[0])}"
            else:
                try:
                    bind(*args, **kwargs)
                except TypeError as error:
                    mistake = str(error)
                else:
                    return decorator(*args, **kwargs)
            raise DeclarationTypeError(
                f"@{decorator.__name__}: {mistake}. Write {example} above the class."
            )

        return checked

    return decorate


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


@_with_arguments('@plugin_type("name")')
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


@_with_arguments('@plugin(Interface, "name")')
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
    # Of a generic interface, such as Interface[int], what counts is the class.
    wanted = get_origin(interface) or interface
    if not isinstance(wanted, type):
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
        check_implements(draft, wanted, named_by="which @plugin names")

        def make(type_: PluginTypeSpec) -> PluginItemSpec:
            return replace(
                draft,
                module=owner_of(plugin_class) if module is None else module,
                type_name=type_.name,
                manager_name=type_.manager,
            )

        _once_apps_are_known(
            lambda: plugins.register_item_for(wanted, plugin_class, name, make),
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
    plugins.settle()


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
    plugins.restore({name for app in apps.get_app_configs() for name in _packages(app)})


def load_entry_points() -> None:
    """Import what installed distributions offer as plugins; record those that fail.

    An entry point names a module whose import registers plugins, or a function in one
    that does so when called.
    """
    for entry_point in _entry_points():
        source = f"entry point {entry_point.name} = {entry_point.value}"
        _load(source, partial(_run, entry_point))


def check_installed(**kwargs: object) -> list[checks.CheckMessage]:
    """E004: plugins are declared, but the app is not installed."""
    if apps.is_installed(APP):
        return []
    return [
        checks.Error(
            f"Plugins are declared, but {APP!r} is not in INSTALLED_APPS.",
            hint=f"Add {APP!r} to INSTALLED_APPS.",
            id="django_plugin_system.E004",
        )
    ]


def run_deferred() -> None:
    """Register what was declared before Django knew which apps there are."""
    while _deferred:
        source, action, module = _deferred.pop(0)
        with plugins.importing(module):
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


def aliases() -> dict[str, tuple[str, ...]]:
    """Return, by the name of each app that others extend, what these are called."""
    lineages = map(_packages, apps.get_app_configs())
    return {names[-1]: names[:-1] for names in lineages if len(names) > 1}


def is_installed(owner: str) -> bool:
    """Tell whether an item's ``module`` or a type's ``manager`` is part of the project.

    It is when it names an installed app, something inside one, or a package that an
    entry point brought.
    """
    return _app_of(owner) is not None or any(
        is_inside(owner, provider) for provider in plugins.providers()
    )


def is_inside(name: str, package: str) -> bool:
    """Tell whether a dotted name is that of a package or of something in it."""
    return name == package or name.startswith(f"{package}.")


# Internals, in the order they are called

_UNKNOWN_YET = "-"
_deferred: list[tuple[str, Callable[[], None], ModuleType | None]] = []
_has_begun = False


def _register_type(spec: PluginTypeSpec) -> None:
    _ensure_installed()
    plugins.register_type(replace(spec, manager=origin_of(spec.manager)))


def _register_item(spec: PluginItemSpec) -> None:
    _ensure_installed()
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
    _ensure_installed()
    if apps.apps_ready:
        action()
    else:
        _deferred.append((source, action, plugins.find_import()))


def _ensure_installed() -> None:
    if not apps.apps_ready:
        # Without the app in INSTALLED_APPS, there will be no ready() to add it.
        _check_installed_later()
    else:
        ensure_installed()


@cache
def _check_installed_later() -> None:
    checks.register(check_installed)


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
    plugins.add_provider(_package(entry_point.module))
    found = entry_point.load()
    if callable(found):
        found()


def _app_of(name: str) -> str | None:
    inside = [
        package
        for app in apps.get_app_configs()
        for package in _packages(app)
        if is_inside(name, package)
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


def _package(module: str) -> str:
    return module.rpartition(".")[0] or module
