"""Fixtures of the parents, at the child's place in app order.

Of the files of one name in a lineage, whatever their format, the nearest is loaded and
no other: a child that wants the parent's objects too yields them from its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.utils.functional import cached_property

from .owners import directories, extending_apps, inherits
from .seams import replace, when_imported

Found = tuple[str, str | None, str]
"""File, directory and name, as loaddata finds them."""

FORMAT = "py"
LOADDATA = "django.core.management.commands.loaddata:Command"


def install_fixtures() -> None:
    """Have loaddata, and so the test cases, load what apps inherit, and Python."""
    when_imported("django.core.serializers", _add_python_format)
    replace(f"{LOADDATA}.fixture_dirs", "self", _fixture_dirs)
    replace(
        f"{LOADDATA}.find_fixture_files_in_dir",
        "self fixture_dir fixture_name targets",
        _find_fixture_files_in_dir,
    )
    replace(f"{LOADDATA}.find_fixtures", "self fixture_label", _find_fixtures)


def _add_python_format() -> None:
    from django.core import serializers

    home = f"{__package__}.python_fixtures"
    serializers.BUILTIN_SERIALIZERS[FORMAT] = home
    if serializers._serializers:  # type: ignore[attr-defined]
        # Django has loaded them already.
        serializers.register_serializer(FORMAT, home)


def _fixture_dirs(original: Callable[[Any], list[str]]) -> object:
    def fixture_dirs(self: Any) -> list[str]:
        ours = []
        theirs = original(self)
        for app in apps.get_app_configs():
            if not self.app_label or app.label == self.app_label:
                places = directories(app, "fixtures")
                ours += [str(directory.resolve()) for _, directory in places]
        return list(dict.fromkeys([*ours, *theirs]))

    found = cached_property(fixture_dirs)
    # Python does so only for what is written in a class.
    found.__set_name__(type(None), "fixture_dirs")
    return found


def _find_fixture_files_in_dir(original: Callable[..., list[Found]]) -> object:
    def find(self: Any, *args: Any, **kwargs: Any) -> list[Found]:
        # Python files in such directories may be anything, such as factories.
        return [
            found
            for found in original(self, *args, **kwargs)
            if not found[0].endswith(f".{FORMAT}") or _has_objects(Path(found[0]))
        ]

    return find


def _find_fixtures(original: Callable[[Any, str], list[Found]]) -> object:
    @cache
    def find_fixtures(self: Any, fixture_label: str) -> list[Found]:
        found = original(self, fixture_label)
        if Path(fixture_label).is_absolute():
            return found
        hidden = {file for app in extending_apps() for file in _hidden(app, found)}
        shown = [each for each in found if each[0] not in hidden]
        if not shown:
            from django.core.management import CommandError

            raise CommandError(
                f"No fixture named {fixture_label!r} found: "
                "its app leaves it out by not_inherited."
            )
        return shown

    return find_fixtures


def _hidden(app: AppConfig, found: list[Found]) -> Iterator[str]:
    is_overridden = False
    for package, directory in directories(app, "fixtures"):
        for file, _, name in found:
            if not Path(file).resolve().is_relative_to(directory.resolve()):
                continue
            if is_overridden or not inherits(app, "fixtures", name, package):
                yield file
            is_overridden = True


def _has_objects(path: Path) -> bool:
    return "objects" in path.read_text(encoding="utf-8")
