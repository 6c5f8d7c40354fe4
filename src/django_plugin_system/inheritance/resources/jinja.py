"""Templates for Jinja2: found as Django's are, but for one thing.

Jinja2 does not go on after the template that it is in, so the parent's version of the
same name is reached by its package: ``{% extends "library.cal:cal/room.html" %}``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..seams import replace
from .templates import candidates, is_inherited

if TYPE_CHECKING:
    from jinja2 import FileSystemLoader


def install() -> None:
    """Have the backend use a loader that knows packages, unless it is given one."""
    replace("django.template.backends.jinja2:Jinja2.__init__", "self params", _init)


def _init(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, params: dict[str, Any]) -> None:
        from jinja2 import FileSystemLoader

        original(self, params)
        # One of the project's own would be of another class, or in another one.
        if type(self.env.loader) is FileSystemLoader:
            self.env.loader = _loader(self.template_dirs)

    return __init__


def _loader(directories: tuple[Path, ...]) -> FileSystemLoader:
    from jinja2 import Environment, FileSystemLoader, TemplateNotFound

    class InheritingLoader(FileSystemLoader):
        def get_source(
            self, environment: Environment, template: str
        ) -> tuple[str, str, Callable[[], bool]]:
            for directory, name in candidates(directories, template):
                if name != template or is_inherited(directory / name, directory):
                    try:
                        return FileSystemLoader(directory).get_source(environment, name)
                    except TemplateNotFound:
                        # Perhaps in another directory.
                        continue
            raise TemplateNotFound(template)

    return InheritingLoader(directories)
