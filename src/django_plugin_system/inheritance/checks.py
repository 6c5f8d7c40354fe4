"""What would otherwise be silent: mistakes in who extends whom. Ids: docs/checks.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from .ancestry import ancestors, named, packages_of
from .config import PluginConfig
from .config_type import PluginConfigType
from .migration_checks import (
    check_columns,
    check_migration_clashes,
    check_migration_files,
    check_migrations_package,
)
from .models import abstract_models
from .owners import lineage
from .seams import make_all_changes
from .wording import did_you_mean, place

KINDS = (
    "commands",
    "config",
    "fixtures",
    "locale",
    "modules",
    "static",
    "templates",
    "templatetags",
)


def check_all() -> Iterator[CheckMessage]:
    """Yield what is wrong, as far as it can be told without a database."""
    for check in (
        check_configs,
        check_extends_models,
        check_models_are_made,
        check_models_derive,
        check_needs,
        check_not_inherited,
        check_migration_files,
        check_migrations_package,
        check_migration_clashes,
        check_seams,
    ):
        yield from check()


def check_database(using: str) -> Iterator[CheckMessage]:
    """Yield what is wrong in a database."""
    yield from check_columns(using)


def check_configs() -> list[CheckMessage]:
    """E101: an app has configs in its apps module, but Django took none of them."""
    return [
        Error(
            f"{app.name!r} is installed with a plain AppConfig, although it has "
            f"{_listed(each.__qualname__ for each in found)} in its apps module.",
            hint="Keep one of them there, or give one 'default = True'.",
            obj=app.name,
            id="django_plugin_system.E101",
        )
        for app in apps.get_app_configs()
        if type(app) is AppConfig and (found := _configs_of(app))
    ]


def check_extends_models() -> list[CheckMessage]:
    """E102: extends_models names a model that no parent has."""
    return [
        Error(
            f"{place(config)}: extends_models names {name!r}, but no app that "
            f"{config.__qualname__} extends has such a model.",
            hint=did_you_mean(name, known) or "Take it out of extends_models.",
            obj=app.name,
            id="django_plugin_system.E102",
        )
        for app in _plugin_apps()
        for config in ancestors(type(app))
        for known in [_models_beyond(app, config)]
        for name in named(config, "extends_models")
        if name not in known
    ]


def check_models_are_made() -> list[CheckMessage]:
    """E103: a model that a child extends is defined by nobody, so it is missing."""
    messages: list[CheckMessage] = []
    for app in _plugin_apps():
        own = [model.__name__ for model in app.get_models()]
        for config in ancestors(type(app)):
            beyond = _models_beyond(app, config)
            near = [*own, *_models_waiting(app, config)]
            for name in named(config, "extends_models"):
                if name in beyond and name not in own:
                    messages.append(
                        Error(
                            f"{place(config)}: extends_models names {name!r}, so the "
                            f"parent's is abstract, but {config.name}.models does "  # type: ignore[attr-defined]
                            "not define it.",
                            hint=did_you_mean(name, near)
                            or f"Define class {name}({name}) in {config.name}.models.",  # type: ignore[attr-defined]
                            obj=app.name,
                            id="django_plugin_system.E103",
                        )
                    )
    return messages


def check_models_derive() -> list[CheckMessage]:
    """E104: a model leaves out what one of the apps it extends makes of it."""
    return [
        Error(
            f"{place(model)}: {model.__name__} does not derive from "
            f"{abstract.__module__}.{abstract.__qualname__}, which extends the same "
            "model, so its fields and methods are lost.",
            hint=f"Define class {model.__name__} in {app.name}.models with all of them "
            "as bases.",
            obj=model,
            id="django_plugin_system.E104",
        )
        for app in _plugin_apps()
        for abstract in abstract_models(app.label)
        for model in [_find_model(app, abstract)]
        if model is not None and not issubclass(model, abstract)
    ]


def check_needs() -> list[CheckMessage]:
    """E105: an app needs another one that is not installed, in no variant."""
    installed = {package for app in apps.get_app_configs() for package in lineage(app)}
    return [
        Error(
            f"{place(config)}: {config.__qualname__} needs {need!r}, which is not "
            "installed.",
            hint="Have INSTALLED_APPS = installed_apps([...]) add it, from "
            "django_plugin_system.inheritance.",
            obj=app.name,
            id="django_plugin_system.E105",
        )
        for app in _plugin_apps()
        for config in ancestors(type(app))
        for need in named(config, "needs_plugins")
        if need not in installed
    ]


def check_not_inherited() -> list[CheckMessage]:
    """E106: not_inherited names a kind that there is not."""
    return [
        Error(
            f"{place(config)}: not_inherited has an unknown kind {kind!r}.",
            hint=did_you_mean(kind, KINDS) or f"Known: {_listed(KINDS)}.",
            obj=app.name,
            id="django_plugin_system.E106",
        )
        for app in _plugin_apps()
        for config in ancestors(type(app))
        for kind in vars(config).get("not_inherited", {})
        if kind not in KINDS
    ]


def check_seams() -> list[CheckMessage]:
    """E109: this release of Django has not what app inheritance changes in it."""
    try:
        make_all_changes()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="django_plugin_system.E109")]
    return []


# Helpers


def _plugin_apps() -> Iterator[PluginConfig]:
    for app in apps.get_app_configs():
        if isinstance(app, PluginConfig):
            yield app


def _configs_of(app: AppConfig) -> list[type]:
    if not module_has_submodule(app.module, "apps"):
        return []
    module = import_module(f"{app.name}.apps")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, PluginConfigType) and each.__module__ == module.__name__
    ]


def _models_beyond(app: AppConfig, config: type) -> set[str]:
    """Return the names of models in the packages that a config extends."""
    packages = packages_of(config)[1:]
    return {
        model.__name__
        for model in (*abstract_models(app.label), *app.get_models())
        if any(_is_in(model, package) for package in packages)
    }


def _models_waiting(app: AppConfig, config: Any) -> list[str]:
    """Return the names of the classes there that derive from what nobody has made."""
    waiting = abstract_models(app.label)
    return [each.__name__ for each in waiting if _is_in(each, config.name)]


def _is_in(model: type, package: str) -> bool:
    return model.__module__.startswith(f"{package}.")


def _find_model(app: AppConfig, abstract: type) -> type | None:
    return apps.all_models[app.label].get(abstract.__name__.lower())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
