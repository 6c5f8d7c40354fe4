"""Management commands of the parents, listed with the child's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from django.apps import AppConfig

from ..owners import extending_apps, inherits, lineage, root
from ..seams import replace


def install() -> None:
    """Have Django list the commands that apps inherit; it finds their modules."""
    replace("django.core.management:find_commands", "management_dir", _find_commands)


def _find_commands(
    original: Callable[[str], list[str]],
) -> Callable[[str], list[str]]:
    # What was found before the apps were known is incomplete.
    sys.modules["django.core.management"].get_commands.cache_clear()

    def find_commands(management_dir: str) -> list[str]:
        own = original(management_dir)
        for app in extending_apps():
            if Path(management_dir) == Path(app.path) / "management":
                return list(dict.fromkeys([*own, *inherited(app)]))
        return own

    def inherited(app: AppConfig) -> Iterator[str]:
        for package in lineage(app)[1:]:
            for name in original(str(root(app, package) / "management")):
                if inherits(app, "commands", name, package):
                    yield name

    return find_commands
