"""Fixtures of the parents, at the child's place in app order.

Of the files of one name in a lineage, whatever their format, the nearest is loaded and
no other: a child that wants the parent's objects too yields them from its own. A label
that names a format, such as ``demo.json``, asks only for files of that format, and one
that is a path of its own for that very file.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.utils.functional import cached_property

from ...awaiting import when_imported
from ..owners import directories, extending_apps, inherits
from ..seams import replace

Found = tuple[str, str | None, str]
"""File, directory and name, as loaddata finds them."""

FORMAT = "py"
LOADDATA = "django.core.management.commands.loaddata:Command"


def install() -> None:
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
    loaded = serializers._serializers  # type: ignore[attr-defined]
    if loaded and FORMAT not in loaded:
        # What Django reads only once it has read already.
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
        return [
            found
            for found in original(self, *args, **kwargs)
            if f".{FORMAT}" not in Path(found[0]).suffixes or _is_fixture(found[0])
        ]

    return find


def _is_fixture(file: str) -> bool:
    """Tell whether a Python file has ``objects``; others there may be anything."""
    # Not needed to start.
    from symtable import symtable

    path = Path(file)
    if path.suffix != f".{FORMAT}":
        # Compressed, so nothing that can be imported.
        return False
    # Bytes, as Python knows itself how they are encoded.
    source: Any = path.read_bytes()
    names = symtable(source, file, "exec")
    if "objects" in names.get_identifiers():
        found = names.lookup("objects")
        if found.is_assigned() or found.is_imported():
            return True
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        for node in ast.parse(source).body
    )


def _find_fixtures(original: Callable[[Any, str], list[Found]]) -> object:
    @cache
    def find_fixtures(self: Any, fixture_label: str) -> list[Found]:
        found = original(self, fixture_label)
        folder = Path(fixture_label).parent
        if folder.is_absolute():
            return found
        hidden = {
            file for app in extending_apps() for file in _hidden(app, folder, found)
        }
        shown = [each for each in found if each[0] not in hidden]
        if not shown:
            from django.core.management import CommandError

            raise CommandError(
                f"No fixture named {fixture_label!r} found: "
                "its app leaves it out by not_inherited."
            )
        return shown

    return find_fixtures


def _hidden(app: AppConfig, folder: Path, found: list[Found]) -> Iterator[str]:
    is_overridden = False
    for package, directory in directories(app, "fixtures"):
        place = directory.resolve() / folder
        here = [each for each in found if each[1] and Path(each[1]) == place]
        for file, _, name in here:
            label = (folder / name).as_posix()
            if is_overridden or not inherits(app, "fixtures", label, package):
                yield file
        is_overridden = is_overridden or bool(here)
