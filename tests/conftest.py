"""What tests share: a registry that forgets, and databases of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models.signals import post_delete, pre_delete

from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.models.watched import after_delete, before_delete
from django_plugin_system.registry import Registry
from django_plugin_system.selection import current, snapshot
from django_plugin_system.testing import isolated_plugins
from tests.aliases import database_alias


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    """Undo after each test what it has registered."""
    with isolated_plugins() as registry:
        yield registry


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves by hand; it is what lookups go by."""

    class Clock:
        now = 1000.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    for module in (current, snapshot):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


@pytest.fixture
def subclasses() -> Iterator[None]:
    """Let the test derive plugin models; what that connects is undone afterwards."""
    yield
    for model in (PluginType, PluginItem):
        pre_delete.disconnect(before_delete, sender=model)
        post_delete.disconnect(after_delete, sender=model)


@pytest.fixture
def empty(django_db_blocker, tmp_path: Path) -> Iterator[str]:
    """A database without any tables."""
    with (
        django_db_blocker.unblock(),
        database_alias("empty", str(tmp_path / "empty.sqlite3")) as alias,
    ):
        yield alias


@pytest.fixture
def other(django_db_blocker, tmp_path: Path) -> Iterator[str]:
    """A database of its own that has been migrated, so with rows of the test apps."""
    with (
        django_db_blocker.unblock(),
        database_alias("other", str(tmp_path / "other.sqlite3")) as alias,
    ):
        call_command("migrate", "django_plugin_system", database=alias, verbosity=0)
        yield alias
