"""The tests of a project, which others run: each begins with the rows of the code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.test import LiveServerTestCase, TestCase, TransactionTestCase

from django_plugin_system import get_plugin_class, plugin, plugin_type
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.testing import isolated_plugins, override_plugin
from tests.services.notifications.interfaces import AbstractNotifier

NOTIFIER = ("notifier", "tests.services.notifications")
APPS = [
    "django_plugin_system",
    "tests.services.notifications",
]


def check() -> None:
    """Compare the rows and the answer with those of a new database."""
    rows = PluginItem.objects.values_list("name", "status", "priority")
    assert sorted(rows) == [("email", "active", 5), ("push", "active", 6)]
    assert [each.name for each in PluginType.objects.all()] == ["notifier"]
    assert chosen() == "EmailNotifier"


def chosen() -> str:
    return get_plugin_class(*NOTIFIER).__name__


def change() -> None:
    """Declare, sync, switch and delete."""

    @plugin_type("temporary", manager="tests.services.notifications")
    class Temporary(ABC):
        @abstractmethod
        def run(self) -> None: ...

    @plugin(AbstractNotifier, "temporary", module="tests.services", priority=-9)
    class TemporaryNotifier(AbstractNotifier):
        def send(self, user: object, message: str) -> str:
            return "temporary"

    call_command("pluginsync", verbosity=0)
    assert chosen() == "TemporaryNotifier"
    PluginItem.objects.filter(name="temporary").update(status="disable")
    PluginItem.objects.filter(name="email").delete()
    assert chosen() == "PushNotifier"


class Cases:
    """Two that are alike, and so find what the other has left."""

    @isolated_plugins()
    def test_one(self):
        check()
        change()

    def test_another(self):
        with isolated_plugins():
            check()
            change()

    @override_plugin(AbstractNotifier, Mock(spec=AbstractNotifier))
    def test_overridden(self):
        assert chosen() == "Mock"


class ATests(Cases, TestCase):
    """Rolled back."""


class BTests(Cases, TransactionTestCase):
    """Committed and flushed."""


class CLiveTests(Cases, LiveServerTestCase):
    """Likewise, with a server."""


class DSerializedTests(Cases, TransactionTestCase):
    """Flushed, and given back what was there before the first test."""

    serialized_rollback = True


class EAvailableTests(Cases, TransactionTestCase):
    """Only some apps are there; Django makes their rows before each test."""

    available_apps = APPS


# With pytest


@pytest.fixture
def isolated():
    with isolated_plugins() as registry:
        yield registry


@pytest.mark.parametrize("again", range(2))
def test_isolated_first(isolated, transactional_db, again):
    """The flush comes before the end of the isolation."""
    check()
    change()


@pytest.mark.parametrize("again", range(2))
def test_isolated_last(transactional_db, isolated, again):
    """The flush comes after it."""
    check()
    change()


@pytest.mark.parametrize("again", range(2))
def test_isolated_rollback(isolated, db, again):
    """Nothing is flushed."""
    check()
    change()


@isolated_plugins()
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("again", range(2))
def test_serialized(again):
    """Flushed, and given back what was there before."""
    check()
    change()
