"""Translations of the parents, under the child's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.utils.translation import to_locale

from .owners import directories, extending_apps, find_owner, inherits
from .seams import replace

TRANSLATION = "django.utils.translation.trans_real"


def install() -> None:
    """Have Django merge the catalogues of the parents too."""
    replace(
        f"{TRANSLATION}:DjangoTranslation._add_installed_apps_translations",
        "self",
        _add_installed_apps_translations,
    )
    replace(f"{TRANSLATION}:all_locale_paths", "", _all_locale_paths)
    replace(
        "django.utils.translation.reloader:watch_for_translation_changes",
        "sender kwargs",
        _watch,
    )
    replace(
        "django.views.i18n:JavaScriptCatalog.get_paths", "self packages", _get_paths
    )


def _add_installed_apps_translations(
    original: Callable[[Any], None],
) -> Callable[[Any], None]:
    def add(self: Any) -> None:
        if not any(extending_apps()):
            original(self)
            return
        for app in reversed(list(apps.get_app_configs())):
            for directory in _catalogues(app, to_locale(self.to_language())):
                self.merge(self._new_gnu_trans(str(directory)))

    return add


def _catalogues(app: AppConfig, locale: str | None = None) -> Iterable[Path]:
    # What is merged later wins.
    return [
        directory
        for package, directory in reversed(list(directories(app, "locale")))
        if locale is None or inherits(app, "locale", locale, package)
    ]


def _all_locale_paths(original: Callable[[], list[str]]) -> Callable[[], list[str]]:
    def all_locale_paths() -> list[str]:
        inherited = [
            str(directory) for app in extending_apps() for directory in _catalogues(app)
        ]
        return list(dict.fromkeys([*original(), *inherited]))

    return all_locale_paths


def _watch(original: Callable[..., None]) -> Callable[..., None]:
    def watch(sender: Any, **kwargs: Any) -> None:
        original(sender, **kwargs)
        for app in extending_apps():
            for directory in _catalogues(app):
                sender.watch_dir(directory, "**/*.mo")

    return watch


def _get_paths(
    original: Callable[[Any, list[str]], list[str]],
) -> Callable[[Any, list[str]], list[str]]:
    def get_paths(self: Any, packages: list[str]) -> list[str]:
        paths: list[str] = []
        for package in packages:
            owner = find_owner(package)
            if owner and owner[1] == package:
                # A parent's view may name the parent, which is not installed.
                paths += map(str, _catalogues(owner[0]))
            else:
                paths += original(self, [package])
        return paths

    return get_paths
