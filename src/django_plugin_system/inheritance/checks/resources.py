"""Checks of the files that apps inherit, or do not. Ids: docs/checks.md."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning

from ..imports import NEVER_INHERITED
from ..owners import each_level, root
from ..wording import did_you_mean, place

# Where the files of a kind are; those of modules are all there are.
DIRECTORIES = {
    "commands": "management/commands",
    "config": "config",
    "fixtures": "fixtures",
    "locale": "locale",
    "modules": ".",
    "static": "static",
    "templates": "templates",
    "templatetags": "templatetags",
}


def check_hidden_modules() -> list[CheckMessage]:
    """W102: a module without content takes the place of a parent's."""
    return [
        Warning(
            f"{file} has nothing in it, but takes the place of {parent}.{file.stem}.",
            hint=f"Delete it, or begin it with 'from {parent}.{file.stem} import *'.",
            obj=app.name,
            id="django_plugin_system.W102",
        )
        for app, level, beyond in each_level()
        for file in sorted(root(app, level.package).glob("*.py"))
        if file.stem not in (*NEVER_INHERITED, "__init__")
        for parent in [_first_with(app, beyond, file.stem)]
        if parent and _is_empty(file)
    ]


def check_left_out() -> list[CheckMessage]:
    """W103: not_inherited names what no parent has."""
    return [
        Warning(
            f"{place(level.config)}: not_inherited leaves out {name!r} of {kind}, but "
            "no parent has that.",
            hint=did_you_mean(name, known) or "Take it out.",
            obj=app.name,
            id="django_plugin_system.W103",
        )
        for app, level, beyond in each_level()
        for kind, directory in DIRECTORIES.items()
        if level.left_out(kind)
        # Not what is in a zip file.
        and all(root(app, package).is_dir() for package in beyond)
        for known in [set(_names(app, beyond, kind, directory))]
        for name in sorted(level.left_out(kind) - known)
    ]


def _is_empty(file: Path) -> bool:
    """Tell whether a module has nothing but comments and imports by name."""
    try:
        body = ast.parse(file.read_bytes(), str(file)).body
    except (SyntaxError, ValueError):
        # Whoever imports it hears what is wrong with it.
        return False
    return all(
        isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.names[0].name != "*")
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )


def _first_with(app: AppConfig, packages: Iterable[str], name: str) -> str | None:
    for package in packages:
        home = root(app, package)
        if (home / f"{name}.py").is_file() or (home / name / "__init__.py").is_file():
            return package
    return None


def _names(
    app: AppConfig, packages: Iterable[str], kind: str, directory: str
) -> Iterator[str]:
    for package in packages:
        home = root(app, package) / directory
        for file in home.rglob("*"):
            path = file.relative_to(home)
            name = path.as_posix()
            if kind == "modules":
                yield ".".join(path.with_suffix("").parts)
            elif kind in ("commands", "templatetags"):
                yield path.stem
            elif kind == "fixtures":
                yield name.partition(".")[0]
            else:
                yield name
