"""Which packages belong to which installed app, and where their files are."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

from .ancestry import Level, inherited_by, levels
from .config import PluginConfig

Owner = tuple[AppConfig, str]
"""An installed app, and one of the packages of its lineage."""


class Index(NamedTuple):
    """Whose packages are whose, while the same apps are installed."""

    configs: dict[str, AppConfig]
    number: int
    owners: dict[str, AppConfig]
    """By package, those of parents too."""


_index: Index | None = None


def find_owner(name: str) -> Owner | None:
    """Return the installed app that a dotted name is part of, and which package.

    A module of a parent is part of the app that extends it. None for all others.
    """
    owners = _owners()
    package = name
    while package:
        if app := owners.get(package):
            return app, package
        package = package.rpartition(".")[0]
    return None


def lineage(app: AppConfig | str) -> tuple[str, ...]:
    """Return the package of an installed app and those it extends, nearest first.

    ``app`` is its config or its label. Raises LookupError for an unknown label.
    """
    if isinstance(app, str):
        app = apps.get_app_config(app)
    return app.lineage if isinstance(app, PluginConfig) else (app.name,)


def extending_apps() -> Iterator[AppConfig]:
    """Yield the installed apps that extend another one, in their order."""
    for app in apps.app_configs.values():
        if len(lineage(app)) > 1:
            yield app


def plugin_apps() -> Iterator[PluginConfig]:
    """Yield the installed apps whose config is one of ours, in their order."""
    for app in apps.app_configs.values():
        if isinstance(app, PluginConfig):
            yield app


def each_level() -> Iterator[tuple[PluginConfig, Level, tuple[str, ...]]]:
    """Yield the apps, each level of their lineages, and the packages beyond that."""
    for app in plugin_apps():
        for number, level in enumerate(_levels(app), 1):
            yield app, level, lineage(app)[number:]


def directories(app: AppConfig, name: str) -> Iterator[tuple[str, Path]]:
    """Yield package and path of each such directory of an app, nearest first."""
    for package in lineage(app):
        directory = root(app, package) / name
        if directory.is_dir():
            yield package, directory


def root(app: AppConfig, package: str) -> Path:
    """Return the directory of an app's package, its own or that of a parent."""
    if package == app.name:
        return Path(app.path)
    given = levels_from(app, package)[0].says("path")
    return Path(given or _place_of(import_module(package)))


def _place_of(module: Any) -> str:
    # As for an app that is installed, but one in several places has its first one.
    for place in getattr(module, "__path__", ()):
        return str(place)
    if file := getattr(module, "__file__", None):
        return str(Path(file).parent)
    raise ImproperlyConfigured(
        f"{module.__name__!r} has no directory. Give its config a class attribute "
        "'path' with the directory of its files."
    )


def levels_from(app: AppConfig, package: str) -> tuple[Level, ...]:
    """Return the part of an app's lineage that begins with a package."""
    found = _levels(app)
    return found[[level.package for level in found].index(package) :]


def inherits(app: AppConfig, kind: str, name: str, package: str) -> bool:
    """Tell whether a resource in ``package`` may be one of the app."""
    return package == app.name or package in inherited_by(_levels(app), kind, name)


def _levels(app: AppConfig) -> tuple[Level, ...]:
    config: type = type(app)
    return levels(config)


def _owners() -> dict[str, AppConfig]:
    global _index
    configs = apps.app_configs
    # Django replaces the dict whenever other apps are installed, and fills it at start.
    if _index is None or _index.configs is not configs or _index.number > len(configs):
        _index = Index(configs, 0, {})
    if _index.number < len(configs):
        found = list(configs.values())
        for app in found[_index.number :]:
            _claim(app, _index.owners)
        _index = Index(configs, len(found), _index.owners)
    return _index.owners


def _claim(app: AppConfig, owners: dict[str, AppConfig]) -> None:
    for package in lineage(app):
        other = owners.setdefault(package, app)
        if other is not app:
            raise ImproperlyConfigured(
                f"{other.name!r} (label {other.label!r}) and {app.name!r} (label "
                f"{app.label!r}) are both installed, and {package!r} is part of both. "
                "Keep the one that is wanted."
            )
