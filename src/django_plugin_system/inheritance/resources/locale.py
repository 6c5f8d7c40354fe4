"""Translations of the parents, under the child's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from gettext import GNUTranslations, NullTranslations, find
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.utils.translation import to_locale

from ..owners import directories, extending_apps, find_owner, inherits, lineage, root
from ..seams import replace

TRANSLATION = "django.utils.translation.trans_real"


def install() -> None:
    """Have Django merge the catalogues of the parents too."""
    replace(
        f"{TRANSLATION}:DjangoTranslation._add_installed_apps_translations",
        "self",
        _add_installed_apps_translations,
    )
    replace(
        f"{TRANSLATION}:DjangoTranslation._new_gnu_trans",
        "self localedir use_null_fallback",
        _new_gnu_trans,
    )
    replace(f"{TRANSLATION}:all_locale_paths", "", _all_locale_paths)
    replace(f"{TRANSLATION}:check_for_language", "lang_code", _check_for_language)
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
        if not apps.apps_ready or not any(extending_apps()):
            # Too early, Django says what to do.
            original(self)
            return
        for app in reversed(list(apps.get_app_configs())):
            for directory in _catalogues(app):
                self.merge(self._new_gnu_trans(str(directory)))

    return add


def _catalogues(app: AppConfig) -> list[Path]:
    # What is merged later wins.
    return [path for _, path in directories(app, "locale")][::-1]


def _new_gnu_trans(
    original: Callable[[Any, str, bool], NullTranslations],
) -> Callable[..., NullTranslations]:
    def new_gnu_trans(
        self: Any, localedir: str, use_null_fallback: bool = True
    ) -> NullTranslations:
        locale = to_locale(self.to_language())
        found, inherited = _files(self.domain, localedir, locale)
        if found == inherited:
            return original(self, localedir, use_null_fallback)
        if not inherited:
            return NullTranslations()
        # Of de_BE and de, say, what is not left out.
        with Path(inherited[0]).open("rb") as file:
            return GNUTranslations(file)

    return new_gnu_trans


def _files(domain: str, directory: str, locale: str) -> tuple[list[str], list[str]]:
    """Return the catalogues that a directory has, and which of them are inherited."""
    found = find(domain, directory, [locale], all=True)
    for app in extending_apps():
        for package in lineage(app):
            if root(app, package) / "locale" == Path(directory):
                return found, [
                    file
                    for file in found
                    if inherits(app, "locale", Path(file).parts[-3], package)
                ]
    return found, found


def _check_for_language(original: Callable[[str | None], bool]) -> Callable[..., bool]:
    def check_for_language(lang_code: str | None) -> bool:
        if lang_code is None or not original(lang_code):
            return False
        paths = sys.modules[TRANSLATION].all_locale_paths()
        locale = to_locale(lang_code)
        return any(_files("django", path, locale)[1] for path in paths)

    # Earlier releases of Django keep the answers, so they forget them in tests.
    vars(check_for_language)["cache_clear"] = lambda: None
    return check_for_language


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
