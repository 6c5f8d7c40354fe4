"""What a parent registers in the admin, for the models that come of its classes.

A class that stands in for a model is registered when the model is there. And what the
child registers wins: it takes the place of what one of its parents has registered for
the same model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Model

from ..frames import calling_module
from ..owners import find_owner, lineage
from ..seams import replace
from .waiting import find_stand_in, when_made

_registered_by: WeakKeyDictionary[object, dict[type, str]] = WeakKeyDictionary()
"""By site and model, the module that has registered it."""


def install() -> None:
    """Have the sites of the admin register such classes and replace such parents."""
    replace(
        "django.contrib.admin.sites:AdminSite.register",
        "self model_or_iterable admin_class options",
        _register,
    )


def _register(original: Callable[..., None]) -> Callable[..., None]:
    def register(
        self: Any,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type | None = None,
        **options: Any,
    ) -> None:
        # By the decorator, it is called from the admin itself.
        module = calling_module(beyond="django.contrib.admin")

        def register_model(model: type[Model]) -> None:
            modules = _registered_by.setdefault(self, {})
            if self.is_registered(model) and _overrides(module, modules.get(model)):
                self.unregister(model)
            original(self, model, admin_class, **options)
            modules[model] = module

        for model in _models(model_or_iterable):
            stand_in = find_stand_in(model)
            if stand_in and stand_in.key:
                when_made([stand_in.key], register_model)
            else:
                register_model(model)

    return register


def _models(given: Any) -> list[type[Model]]:
    return [given] if isinstance(given, type) else list(given)


def _overrides(module: str, other: str | None) -> bool:
    """Tell whether a module belongs to an app that extends the one of the other."""
    new, old = find_owner(module), other and find_owner(other)
    if not new or not old or new[0] is not old[0]:
        return False
    packages = lineage(new[0])
    return packages.index(new[1]) < packages.index(old[1])
