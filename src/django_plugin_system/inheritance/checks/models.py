"""Mistakes in what becomes of models that apps extend. Ids: docs/checks.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning
from django.db.models import Model

from ..ancestry import Level
from ..models.making import package_of_model
from ..models.waiting import abstract_models, replaced_classes
from ..owners import each_level, find_owner, plugin_apps
from ..wording import did_you_mean, find_close, listed, path_of, place
from .stale_references import Place, find_stale_references

# Of the places that have one class, as many are named.
SHOWN = 8


def check_extends_models() -> list[CheckMessage]:
    """E102: extends_models names what is no model of a parent."""
    return [
        Error(
            f"{place(level.config)}: extends_models names {name!r}, but {fault}",
            hint=hint,
            obj=app.name,
            id="django_plugin_system.E102",
        )
        for app, level, beyond in each_level()
        for known in [_models_of(app, beyond)]
        for name in level.names("extends_models")
        if name not in known
        for fault, hint in [_no_model_to_extend(app, level, beyond, name)]
    ]


def check_models_are_made() -> list[CheckMessage]:
    """E103: a model that a child extends is defined by nobody, so it is missing."""
    return [
        Error(
            f"{place(level.config)}: extends_models names {name!r}, {fault}",
            hint=hint,
            obj=app.name,
            id="django_plugin_system.E103",
        )
        for app, level, beyond in each_level()
        for made in [{each.__name__ for each in app.get_models(include_swapped=True)}]
        for name in level.names("extends_models")
        if name not in made and (parents := _models_of(app, beyond).get(name))
        for fault, hint in [_not_made(app, level, name, parents)]
    ]


def check_models_derive() -> list[CheckMessage]:
    """E104: a model leaves out what one of the apps it extends makes of it."""
    return [
        Error(
            f"{place(model)}: {model.__name__} does not derive from "
            f"{path_of(abstract)}, which is the same model in an app that is extended, "
            "so its fields and methods are lost.",
            hint=_how_to_derive(app, model),
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
    models = replaced_classes()
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


# Helpers


def _no_model_to_extend(
    app: AppConfig, level: Level, beyond: Collection[str], name: str
) -> tuple[str, str]:
    """Return why a name is not that of a parent's model, and what to do."""
    config = level.config.__qualname__
    if mixin := next(_abstract_classes(app, beyond, name), None):
        users = _names(each for each in app.get_models() if issubclass(each, mixin))
        return (
            f"{path_of(mixin)} is abstract by itself, so there is no model of that "
            "name to take the place of.",
            f"Take it out of extends_models; a class {name}({name}) needs no entry. "
            + (
                f"To change the models that derive from it, list those: {users}."
                if users
                else "Derive from it as from any abstract model."
            ),
        )
    fault = f"no app that {config} extends has such a model."
    known = _models_of(app, beyond)
    meant = did_you_mean(name.rpartition(".")[2], known)
    own = _models_of(app, [level.package]).get(name)
    if own is None:
        there = f" These are there: {listed(sorted(known))}." if known else ""
        return fault, meant or f"Take it out of extends_models.{there}"
    if beyond:
        hint = f"{path_of(own)} is a new model, so take it out of extends_models."
        return fault, f"{hint} Or, to extend one of theirs: {meant}" if meant else hint
    if f"{level.config.__module__}.".startswith(f"{level.package}."):
        return (
            f"{config} extends no app.",
            f"Take it out: each app that extends {level.package} lists, in a config of "
            "its own, what it defines itself.",
        )
    return (
        fault,
        f"That is a model of {level.package} itself, whose name this config has. Give "
        "it that of its own package.",
    )


def _not_made(
    app: AppConfig, level: Level, name: str, parents: type[Model]
) -> tuple[str, str]:
    """Return why a model is missing that a child is to define, and what to do."""
    if swapped := parents._meta.swapped:
        return (
            f"but the setting {parents._meta.swappable} has {swapped!r} in its place, "
            f"so {level.package}.models does not define it.",
            f"Take it out of extends_models, or have {parents._meta.swappable} name "
            f"'{app.label}.{name}'.",
        )
    fault = (
        f"so the parent's is abstract, but {level.package}.models does not define it."
    )
    if abstract := next(_abstract_classes(app, [level.package], name), None):
        return fault, f"{path_of(abstract)} is abstract too. Take that out of its Meta."
    # Those of the parents have their names rightly.
    own = _models_of(app, [level.package])
    if close := find_close(name, own):
        return fault, f"If {path_of(own[close])} is to be it, call that {name}."
    return (
        fault,
        f"Define class {name}({name}) in {level.package}.models. If another module "
        "does, import it there.",
    )


def _how_to_derive(app: AppConfig, model: type[Model]) -> str:
    name = model.__name__
    is_own = package_of_model(model, app) == app.name
    stand_ins = (each for each in abstract_models(app.label) if each.__name__ == name)
    same = [*stand_ins] if is_own else [model, *stand_ins]
    bases = [
        path_of(each)
        for each in same
        if not any(each is not other and issubclass(other, each) for other in same)
    ]
    before = "" if is_own else f"Name {name} in extends_models of {app.name}. "
    return (
        f"{before}Define class {name} in {app.name}.models with {listed(bases)} as its "
        f"base{'s' if bases[1:] else ''}."
    )


def _models_of(app: AppConfig, packages: Collection[str]) -> dict[str, type[Model]]:
    """Return an app's models by name, and what stands in for one, of these packages."""
    found = (*app.get_models(include_swapped=True), *abstract_models(app.label))
    return {
        model.__name__: model
        for model in found
        if package_of_model(model, app) in packages
    }


def _abstract_classes(
    app: AppConfig, packages: Collection[str], name: str
) -> Iterator[type[Model]]:
    """Yield those of a name in these packages that their authors have made abstract."""
    stand_ins = abstract_models(app.label)
    for cls in _derived_from(Model):
        owner = find_owner(cls.__module__) if cls.__name__ == name else None
        is_theirs = owner and owner[0] is app and owner[1] in packages
        if is_theirs and cls._meta.abstract and cls not in stand_ins:
            yield cls


def _derived_from(cls: type[Model]) -> Iterator[type[Model]]:
    for each in type.__subclasses__(cls):
        yield each
        yield from _derived_from(each)


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
    if len(names) > SHOWN:
        return f"{listed(names[:SHOWN])} and {len(names) - SHOWN} more"
    return " and ".join(filter(None, [listed(names[:-1]), names[-1]]))


def _find_model(app: AppConfig, abstract: type) -> type[Model] | None:
    return apps.all_models[app.label].get(abstract.__name__.lower())


def _names(models: Iterable[type[Model]]) -> str:
    return listed(sorted(model.__name__ for model in models))
