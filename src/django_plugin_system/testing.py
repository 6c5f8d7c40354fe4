"""For the tests of projects that declare or use plugins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .registry import Registry, plugins


@contextmanager
def isolated_plugins() -> Iterator[Registry]:
    """Undo, at the end of the block or test, whatever is registered in it.

    Works as a context manager and as a decorator, and gives the registry.
    """
    with plugins.isolated() as registry:
        yield registry
