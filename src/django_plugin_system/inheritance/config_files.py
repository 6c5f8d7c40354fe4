"""Files in ``config`` directories: of the site, then of its apps, each child first."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from django.apps import AppConfig, apps
from django.core.signals import setting_changed
from django.utils._os import safe_join

from ..conf import forget_conf, get_conf
from .owners import directories, inherits

# A project may have apps that extend others, and no plugins.
setting_changed.connect(forget_conf)


class Place(NamedTuple):
    """A directory of configuration files, and whose it is; a site's is no app's."""

    directory: Path
    app: AppConfig | None = None
    package: str = ""

    def counts(self, file: Path) -> bool:
        """Tell whether a file is there, and not left out by a child."""
        name = file.relative_to(self.directory).as_posix()
        return file.is_file() and (
            self.app is None or inherits(self.app, "config", name, self.package)
        )


def find_config_file(path: str) -> Path | None:
    """Return the nearest file of that path below a ``config`` directory, or None.

    First in ``PLUGIN_SYSTEM["CONFIG_DIRS"]``, then in the apps in their order, each
    before those it extends. Raises SuspiciousFileOperation for a path that leads out of
    the directory.
    """
    for place in _places():
        found = Path(safe_join(place.directory, path))
        if place.counts(found):
            return found
    return None


def find_config_files(pattern: str, group: str = "") -> dict[str, Path]:
    """Return the files whose names fit a pattern such as ``*.html``, sorted by name.

    ``group`` is the directory that they are in, below ``config``. Of files with the
    same name it gives the nearest one. Raises SuspiciousFileOperation for a group that
    leads out of the directory.
    """
    found: dict[str, Path] = {}
    for place in _places():
        directory = Path(safe_join(place.directory, group))
        for file in directory.iterdir() if directory.is_dir() else ():
            if fnmatchcase(file.name, pattern) and place.counts(file):
                found.setdefault(file.name, file)
    return dict(sorted(found.items()))


def _places() -> Iterator[Place]:
    for directory in get_conf().CONFIG_DIRS:
        yield Place(Path(directory).absolute())
    for app in apps.get_app_configs():
        for package, directory in directories(app, "config"):
            yield Place(directory, app, package)
