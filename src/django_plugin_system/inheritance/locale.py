"""Translations of the parents, under the child's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps

from .owners import directories, extending_apps, inherits
from .seams import replace


def install_locale() -> None:
    """Have Django merge the catalogues of the parents too."""
    replace(
        "django.utils.translation.trans_real:DjangoTranslation"
        "._add_installed_apps_translations",
        "self",
        _add_installed_apps_translations,
    )
    replace(
        "django.utils.translation.trans_real:all_locale_paths", "", _all_locale_paths
    )


def _add_installed_apps_translations(
    original: Callable[[Any], None],
) -> Callable[[Any], None]:
    def add(self: Any) -> None:
        if not any(extending_apps()):
            original(self)
            return
        # What is merged later wins.
        for app in reversed(list(apps.get_app_configs())):
            for package, directory in reversed(list(directories(app, "locale"))):
                if inherits(app, "locale", self.to_language(), package):
                    self.merge(self._new_gnu_trans(str(directory)))

    return add


def _all_locale_paths(original: Callable[[], list[str]]) -> Callable[[], list[str]]:
    def all_locale_paths() -> list[str]:
        own = original()
        inherited = [
            str(directory)
            for app in extending_apps()
            for _, directory in directories(app, "locale")
        ]
        return list(dict.fromkeys([*own, *inherited]))

    return all_locale_paths
