"""What an error of Django means where apps extend others, to be added to it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps

from ..frames import name_in, running_modules
from ..owners import find_owner, levels_from, lineage
from ..wording import path_of, place


def explain_model_error(error: RuntimeError, module: str, name: str) -> None:
    """Add to Django's error about a class that can be no model what to do about it."""
    owner = find_owner(module)
    meaning = _about_two(name, *owner) if owner else _about_no_app(module)
    # The class may be part of a module that another one imports.
    if meaning and not hasattr(error, "__notes__"):
        error.add_note(meaning)


class NotYet:
    """What a model has, and a class that stands in for one has not."""

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.label = label

    def __get__(self, instance: object, owner: Any) -> Any:
        for base in owner.__mro__:
            found = vars(base).get(self.name, self)
            if not isinstance(found, NotYet):
                is_plain = not hasattr(found, "__get__")
                return found if is_plain else found.__get__(instance, owner)
        message = f"type object {owner.__name__!r} has no attribute {self.name!r}"
        if owner._meta.abstract:
            message += (
                f": {self.label} is yet to be defined, by an app that extends it. Use "
                f"it in a function, or as apps.get_model({self.label!r})."
            )
        raise AttributeError(message, name=self.name, obj=owner)


def _about_two(name: str, app: AppConfig, package: str) -> str | None:
    model = apps.all_models[app.label].get(name.lower())
    other = find_owner(model.__module__) if model else None
    if other is None or other[0] is not app or other[1] == package:
        return None
    child, parent = sorted((package, other[1]), key=lineage(app).index)
    level = levels_from(app, child)[0]
    return (
        f"{child} defines {name}, and so does {parent}, which it extends. Name it in "
        f"extends_models, which is {list(level.names('extends_models'))} at "
        f"{place(level.config)}."
    )


def _about_no_app(module: str) -> str | None:
    names = map(name_in, running_modules())
    found = next(filter(None, map(find_owner, names)), None)
    if found is None:
        return None
    app, package = found
    return (
        f"It is imported by {package}, whose config is {path_of(type(app))}. If "
        f"{package} is to extend the app of {module}, derive its config from that of "
        "the app, which has to be a PluginConfig."
    )
