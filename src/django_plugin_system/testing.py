"""For the tests of projects that declare or use plugins."""

from __future__ import annotations

from .blocks import Block
from .registry import Registry, plugins


def isolated_plugins() -> Block[Registry]:
    """Undo, at the end of the block or test, whatever is registered in it.

    Works in a ``with`` statement, where it gives the registry, and as a decorator of
    functions and of test classes. What a module registers that is imported in the
    block stays, since a second import would not register it again.
    """
    return Block(plugins.isolated)
