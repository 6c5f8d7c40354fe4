"""Templates of the parents, after the child's own and at its place in app order.

``{% extends "cal/room.html" %}`` in the child's ``cal/room.html`` means its parent's,
as Django goes on after the template that it is in. ``library.cal:cal/room.html`` means
the one of that package, whoever overrides it or leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.core.exceptions import SuspiciousFileOperation
from django.template import Origin
from django.utils._os import safe_join

from ..owners import directories, inherits
from ..seams import replace

# They have it by name.
HOMES = ("utils", "backends.base", "loaders.app_directories")


class Place(NamedTuple):
    """Whose a directory of templates is."""

    app: AppConfig
    package: str


_places: dict[Path, Place] = {}


def install() -> None:
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
    replace(
        "django.template.loaders.base:Loader.get_template",
        "self template_name skip",
        _get_template,
    )


@cache
def template_directories(dirname: str) -> tuple[Path, ...]:
    """Return such directories of all apps: an app's own, then those of its parents."""
    places = {
        directory: Place(app, package)
        for app in apps.get_app_configs()
        for package, directory in directories(app, dirname)
    }
    _places.update(places)
    return tuple(places)


def _get_template_sources(
    original: Callable[..., Iterator[Origin]],
) -> Callable[..., Iterator[Origin]]:
    def get_template_sources(self: Any, template_name: str) -> Iterator[Origin]:
        text = str(template_name)
        for directory, name in candidates(self.get_dirs(), text):
            try:
                path = safe_join(directory, name)
            except SuspiciousFileOperation:
                # Outside of this directory; perhaps inside of another.
                continue
            if name != text or is_inherited(Path(path), directory):
                # The bare name, by which Django tells what it is to skip.
                yield Origin(name=path, template_name=name, loader=self)

    return get_template_sources


def candidates(places: Sequence[Path], name: str) -> Iterator[tuple[Path, str]]:
    """Yield the directories that a template may be in, and its name there.

    Of ``library.cal:cal/room.html`` they are those of that package.
    """
    package, _, rest = name.rpartition(":")
    addressed = [
        directory
        for directory in places
        if directory in _places and _places[directory].package == package
    ]
    for directory in addressed or places:
        yield directory, rest if addressed else name


def is_inherited(path: Path, directory: Path) -> bool:
    """Tell whether no child leaves out the file in that directory."""
    place = _places.get(directory)
    if place is None:
        return True
    name = path.relative_to(directory).as_posix()
    return inherits(place.app, "templates", name, place.package)


def _get_template(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_template(
        self: Any, template_name: str, skip: list[Origin] | None = None
    ) -> Any:
        if skip:
            # A template may have been reached by its package, past those that override
            # it, perhaps in other loaders. They do not come after it.
            sources = [
                source
                for loader in self.engine.template_loaders
                for source in _sources(loader, template_name)
            ]
            used = [n for n, source in enumerate(sources, 1) if source in skip]
            skip = [*skip, *sources[: max(used, default=0)]]
        return original(self, template_name, skip)

    return get_template


def _sources(loader: Any, template_name: str) -> list[Origin]:
    # One that has a get_template() of its own need not have them.
    with suppress(NotImplementedError):
        return list(loader.get_template_sources(template_name))
    return []
