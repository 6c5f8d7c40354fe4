"""Template tag libraries of the parents, at the child's place in app order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from django.apps import apps

from ..missing import is_missing
from ..owners import inherits, lineage
from ..seams import replace

Found = tuple[str, str]
"""The name of a library, as ``{% load %}`` has it, and its module."""

DJANGO = "django.template.backends.django"


def install() -> None:
    """Have Django list the libraries that apps inherit."""
    replace(f"{DJANGO}:get_template_tag_modules", "", _get_template_tag_modules)


def _get_template_tag_modules(
    original: Callable[[], Iterator[Found]],
) -> Callable[[], Iterator[Found]]:
    def get_template_tag_modules() -> Iterator[Found]:
        yield from _libraries("django.templatetags")
        for app in apps.get_app_configs():
            found: dict[str, str] = {}
            packages = lineage(app)
            for package in packages:
                home = f"{package}.templatetags"
                for name, module in _libraries(home, strict=len(packages) > 1):
                    if inherits(app, "templatetags", name, package):
                        found.setdefault(name, module)
            yield from found.items()

    return get_template_tag_modules


def _libraries(package: str, *, strict: bool = False) -> Iterator[Found]:
    try:
        module = import_module(package)
    except ImportError as error:
        # Most apps have none. Django takes one that fails for none, too; then another
        # level's library would be used without a word.
        if strict and not is_missing(package, error):
            raise
        return
    if module.__name__ == package and hasattr(module, "__path__"):
        for path in sys.modules[DJANGO].get_package_libraries(module):
            yield path.removeprefix(f"{package}."), path
