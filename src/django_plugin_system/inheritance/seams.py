"""Where Django offers no way in: each function that is replaced, checked before it is.

A module that is not imported yet is changed when it is, so that nothing is imported
that a process does not need. All that is replaced was tried on Django 5.2, 6.0 and 6.1;
the check E109 tries what no process has needed yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from inspect import getattr_static, signature
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..awaiting import awaited, when_imported


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


def make_all_changes() -> None:
    """Import what has not been needed yet, or raise ImproperlyConfigured."""
    for module in awaited():
        # Jinja2, for one, need not be installed: then its backend is not used.
        with suppress(ModuleNotFoundError):
            import_module(module)


def _owner_of(module: str, names: str) -> tuple[Any, str]:
    owner: Any = sys.modules[module]
    *containers, name = names.split(".")
    for container in containers:
        owner = getattr(owner, container, None)
    return owner, name


def _plain_function(attribute: Any) -> Callable[..., Any] | None:
    # Out of a staticmethod, a property, a cached_property or a cache.
    for wrapper in ("__func__", "fget", "func", "__wrapped__"):
        attribute = getattr(attribute, wrapper, attribute)
    return attribute if callable(attribute) else None
