"""Templates of the parents, after the child's own and at its place in app order.

``{% extends "cal/room.html" %}`` in the child's ``cal/room.html`` means its parent's,
as Django goes on after the template that it is in. ``library.cal:cal/room.html`` means
the one of that package, whoever overrides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.core.exceptions import SuspiciousFileOperation
from django.template import Origin
from django.utils._os import safe_join

from .owners import directories, inherits
from .seams import replace

# They have it by name.
HOMES = ("utils", "backends.base", "loaders.app_directories")


class Place(NamedTuple):
    """A directory of templates."""

    app: AppConfig
    package: str
    directory: Path


def install_templates() -> None:
    """Have Django look for templates in the directories of the parents too."""
    for home in HOMES:
        replace(
            f"django.template.{home}:get_app_template_dirs",
            "dirname",
            lambda original: template_directories,
        )
    replace(
        "django.template.loaders.app_directories:Loader.get_template_sources",
        "self template_name",
        _get_template_sources,
    )


@cache
def template_directories(dirname: str) -> tuple[Path, ...]:
    """Return such directories of all apps: an app's own, then those of its parents."""
    return tuple(place.directory for place in _places(dirname))


def _places(dirname: str) -> list[Place]:
    return [
        Place(app, package, directory)
        for app in apps.get_app_configs()
        for package, directory in directories(app, dirname)
    ]


def _get_template_sources(
    original: Callable[..., Iterator[Origin]],
) -> Callable[..., Iterator[Origin]]:
    def get_template_sources(self: Any, template_name: str) -> Iterator[Origin]:
        package, colon, name = template_name.rpartition(":")
        for place in _places("templates"):
            if colon and place.package != package:
                continue
            if not inherits(place.app, "templates", name, place.package):
                continue
            try:
                path = safe_join(place.directory, name)
            except SuspiciousFileOperation:
                # Outside of this directory; perhaps inside of another.
                continue
            # The bare name, by which Django tells what it is to skip.
            yield Origin(name=path, template_name=name, loader=self)

    return get_template_sources
