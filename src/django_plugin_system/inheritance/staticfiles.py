"""Static files of the parents, after the child's own and at its place in app order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps
from django.core.files.storage import FileSystemStorage

from .owners import directories, inherits
from .seams import replace


def install_staticfiles() -> None:
    """Have Django's finder of app directories look into those of the parents too."""
    replace(
        "django.contrib.staticfiles.finders:AppDirectoriesFinder.__init__",
        "self app_names args kwargs",
        _init,
    )


class InheritedStorage(FileSystemStorage):
    """The static files of a parent, but for those that are not inherited."""

    def __init__(self, location: str, app: AppConfig, package: str) -> None:
        super().__init__(location)
        self._app, self._package = app, package

    def exists(self, name: str) -> bool:
        return self._is_inherited(name) and super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        directories, files = super().listdir(path)
        prefix = f"{path}/" if path else ""
        return directories, [
            name for name in files if self._is_inherited(f"{prefix}{name}")
        ]

    def _is_inherited(self, name: str) -> bool:
        path = name.replace("\\", "/")
        return inherits(self._app, "static", path, self._package)


def _init(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(
        self: Any, app_names: list[str] | None = None, *args: Any, **kwargs: Any
    ) -> None:
        original(self, app_names, *args, **kwargs)
        own, self.storages, self.apps = self.storages, {}, []
        for app in apps.get_app_configs():
            if app_names and app.name not in app_names:
                continue
            for package, directory in directories(app, self.source_dir):
                self.apps.append(package)
                self.storages[package] = own.get(package) or InheritedStorage(
                    str(directory), app, package
                )

    return __init__
