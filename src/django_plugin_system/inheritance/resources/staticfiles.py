"""Static files of the parents, after the child's own and at its place in app order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps

from ..owners import directories, find_owner, inherits
from ..seams import replace

FINDER = "django.contrib.staticfiles.finders:AppDirectoriesFinder"


def install() -> None:
    """Have Django's finder of app directories look into those of the parents too."""
    replace(f"{FINDER}.__init__", "self app_names args kwargs", _init)
    replace(f"{FINDER}.find_in_app", "self app path", _find_in_app)
    replace(f"{FINDER}.list", "self ignore_patterns", _list)


def _init(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(
        self: Any, app_names: list[str] | None = None, *args: Any, **kwargs: Any
    ) -> None:
        original(self, app_names, *args, **kwargs)
        self.storages = {
            package: self.storage_class(str(directory))
            for app in apps.get_app_configs()
            if not app_names or app.name in app_names
            for package, directory in directories(app, self.source_dir)
        }
        self.apps = list(self.storages)

    return __init__


def _find_in_app(original: Callable[..., str | None]) -> Callable[..., str | None]:
    def find_in_app(self: Any, app: str, path: str) -> str | None:
        return original(self, app, path) if _is_inherited(app, path) else None

    return find_in_app


def _list(original: Callable[..., Any]) -> Callable[..., Any]:
    def list_files(self: Any, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        packages = {id(storage): name for name, storage in self.storages.items()}
        seen = set()
        for path, storage in original(self, ignore_patterns):
            package = packages[id(storage)]
            owner = find_owner(package)
            # One that is overridden on purpose needs no word by collectstatic.
            key = (owner and owner[0].label, path)
            if key not in seen and _is_inherited(package, path):
                seen.add(key)
                yield path, storage

    return list_files


def _is_inherited(package: str, path: str) -> bool:
    owner = find_owner(package)
    name = path.replace("\\", "/")
    return owner is None or inherits(owner[0], "static", name, package)
