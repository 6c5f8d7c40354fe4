"""What every test can rely on: a registry that forgets, and no warning said twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_plugin_system.registry import Registry
from django_plugin_system.testing import isolated_plugins


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    """Undo after each test what it has registered."""
    with isolated_plugins() as registry:
        yield registry
