"""Mistakes in who extends whom, and in what becomes of models. Ids: docs/checks.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib import import_module

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.module_loading import module_has_submodule

from ..config_type import PluginConfigType
from ..installed import package_of
from ..models.making import abstract_models, package_of_model
from ..owners import each_level, lineage, plugin_apps
from ..seams import make_all_changes
from ..wording import did_you_mean, path_of, place
from .resources import DIRECTORIES
from .stale_references import Place, find_stale_references

# Of the places that have one class, as many are named.
SHOWN = 8


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
            f"{place(level.config)}: extends_models names {name!r}, but no app that "
            f"{level.config.__qualname__} extends has such a model.",
            hint=did_you_mean(name, known)
            or (
                f"That is a model of {level.package} itself, whose name this config "
                "has. Give it that of its own package."
                if name in _models_of(app, [level.package])
                else "Take it out of extends_models."
            ),
            obj=app.name,
            id="django_plugin_system.E102",
        )
        for app, level, beyond in each_level()
        for known in [_models_of(app, beyond)]
        for name in level.names("extends_models")
        if name not in known
    ]


def check_models_are_made() -> list[CheckMessage]:
    """E103: a model that a child extends is defined by nobody, so it is missing."""
    return [
        Error(
            f"{place(level.config)}: extends_models names {name!r}, so the parent's is "
            f"abstract, but {level.package}.models does not define it.",
            hint=did_you_mean(name, made | _models_of(app, [level.package]))
            or f"Define class {name}({name}) in {level.package}.models.",
            obj=app.name,
            id="django_plugin_system.E103",
        )
        for app, level, beyond in each_level()
        for made in [{model.__name__ for model in app.get_models()}]
        for name in level.names("extends_models")
        if name in _models_of(app, beyond) and name not in made
    ]


def check_models_derive() -> list[CheckMessage]:
    """E104: a model leaves out what one of the apps it extends makes of it."""
    return [
        Error(
            f"{place(model)}: {model.__name__} does not derive from "
            f"{path_of(abstract)}, which extends the same model, so its fields and "
            "methods are lost.",
            hint=f"Define class {model.__name__} in {app.name}.models with all of them "
            "as bases.",
            obj=model,
            id="django_plugin_system.E104",
        )
        for app in plugin_apps()
        for abstract in abstract_models(app.label)
        for model in [_find_model(app, abstract)]
        if model is not None and not issubclass(model, abstract)
    ]


def check_stale_references() -> list[CheckMessage]:
    """W101: something still has a class that was made abstract, not the model."""
    models = {
        abstract: model
        for app in plugin_apps()
        for abstract in abstract_models(app.label)
        if (model := _find_model(app, abstract)) and issubclass(model, abstract)
    }
    return [
        Warning(
            f"{_shortened(places)} {'have' if places[1:] else 'has'} the abstract "
            f"{path_of(abstract)}, not the model that has become of it, "
            f"{path_of(models[abstract])}: it was put there before that was defined.",
            hint="Look the model up where it is used, as with "
            f"apps.get_model({models[abstract]._meta.label!r}), or put it there "
            "later, in ready().",
            obj=models[abstract]._meta.app_label,
            id="django_plugin_system.W101",
        )
        for abstract, found in find_stale_references(models).items()
        if (places := _places(found, abstract, models[abstract]))
    ]


def check_needs() -> list[CheckMessage]:
    """E105: an app needs another one that is not installed, in no variant."""
    installed = {package for app in apps.get_app_configs() for package in lineage(app)}
    return [
        Error(
            f"{place(level.config)}: {level.config.__qualname__} needs {need!r}, which "
            "is not installed.",
            hint="Have INSTALLED_APPS = installed_apps([...]) add it, from "
            "django_plugin_system.inheritance.",
            obj=app.name,
            id="django_plugin_system.E105",
        )
        for app, level, _ in each_level()
        for need in level.names("needs_plugins")
        if package_of(need) not in installed
    ]


def check_not_inherited() -> list[CheckMessage]:
    """E106: not_inherited names a kind that there is not."""
    return [
        Error(
            f"{place(level.config)}: not_inherited has an unknown kind {kind!r}.",
            hint=did_you_mean(kind, DIRECTORIES) or f"Known: {_listed(DIRECTORIES)}.",
            obj=app.name,
            id="django_plugin_system.E106",
        )
        for app, level, _ in each_level()
        for kind in level.says("not_inherited") or {}
        if kind not in DIRECTORIES
    ]


def check_seams() -> list[CheckMessage]:
    """E109: this release of Django has not what app inheritance changes in it."""
    try:
        make_all_changes()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="django_plugin_system.E109")]
    return []


# Helpers


def _configs_of(app: AppConfig) -> list[type]:
    if not module_has_submodule(app.module, "apps"):
        return []
    module = import_module(f"{app.name}.apps")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, PluginConfigType) and each.__module__ == module.__name__
    ]


def _models_of(app: AppConfig, packages: Collection[str]) -> set[str]:
    """Return the names of an app's models, and of abstract ones, in these packages."""
    return {
        model.__name__
        for model in (*abstract_models(app.label), *app.get_models())
        if package_of_model(model, app) in packages
    }


def _places(found: Iterable[Place], abstract: type, model: type) -> list[str]:
    """Return where the abstract class is, and the model should be."""
    stale = (place for place in found if not _is_meant(place, abstract, model))
    return list(dict.fromkeys(f"{place.path}.{place.name}" for place in stale))


def _is_meant(place: Place, abstract: type, model: type) -> bool:
    """Tell whether a name is for the base that the abstract class is."""
    if place.owner and issubclass(place.owner, abstract):
        # What those that derive from it have instead is not for them.
        has = (each for each in model.__mro__ if place.name in vars(each))
        return place.steps == 0 or next(has, None) is not place.owner
    # A module that derives from it calls its methods by that name.
    levels = {each.__module__ for each in model.__mro__ if issubclass(each, abstract)}
    levels.discard(abstract.__module__)
    return place.owner is None and place.steps == 0 and place.path in levels


def _shortened(names: list[str]) -> str:
    shown, rest = names[:SHOWN], names[SHOWN:]
    if rest:
        return f"{_listed(shown)} and {len(rest)} more"
    return " and ".join(filter(None, [_listed(shown[:-1]), shown[-1]]))


def _find_model(app: AppConfig, abstract: type) -> type[Model] | None:
    return apps.all_models[app.label].get(abstract.__name__.lower())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
