"""isolated_plugins() and databases of tests: nothing leaks, and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase, override_settings

from django_plugin_system import plugin, register
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.registry import Registry
from django_plugin_system.selection.current import current
from django_plugin_system.testing import isolated_plugins
from tests.apps.otp.interfaces import AbstractOTP

BASE = ["kavenegar", "sms_ir", "voice"]


def declare(name: str = "temporary") -> None:
    class Temporary(AbstractOTP):
        def send_otp(self, number: str, code: str) -> str:
            return name

    plugin(AbstractOTP, name, module="tests.apps.otp", priority=-9)(Temporary)


def registered(registry: Registry) -> list[str]:
    return [item.name for item in registry.items()]


def names() -> list[str]:
    return sorted(PluginItem.objects.values_list("name", flat=True))


# What is flushed


@pytest.mark.django_db(transaction=True)
def test_flush_in_an_isolated_test():
    """A flush leaves the rows of the next test, which knows nothing of this one."""
    declare()
    call_command("pluginsync", verbosity=0)
    before = names()

    with isolated_plugins():
        declare("inner")
        call_command("flush", interactive=False, verbosity=0)
        after = names()

    assert (before, after) == ([*BASE[:2], "temporary", "voice"], BASE)


@pytest.mark.django_db(transaction=True)
def test_flush_outside_of_an_isolation(registry: Registry):
    """It makes the rows of all that is declared."""
    with registry.not_isolated():
        declare()
        call_command("flush", interactive=False, verbosity=0)

    assert "temporary" in names()


@pytest.mark.django_db(transaction=True)
def test_migrate_in_an_isolated_test():
    """Who migrates in a test wants the rows of what the test declares."""
    declare()

    call_command("migrate", verbosity=0)

    assert "temporary" in names()


@pytest.mark.django_db(transaction=True)
def test_ids_are_the_same_after_a_flush():
    """So that what was serialized before can be put over them."""
    before = ids()

    call_command("flush", interactive=False, verbosity=0)

    assert ids() == before


@pytest.mark.django_db
def test_ids_of_rows_that_were_renamed():
    """Nobody else gets an id that is taken."""
    PluginItem.objects.filter(name="voice").update(name="old voice")
    PluginType.objects.filter(name="otp").update(name="old")

    call_command("pluginsync", verbosity=0)

    assert {row.name for row in PluginType.objects.all()} == {"old", "otp"}
    assert names() == [
        "kavenegar",
        "kavenegar",
        "old voice",
        "sms_ir",
        "sms_ir",
        "voice",
    ]


def ids() -> set[object]:
    rows = [*PluginType.objects.all(), *PluginItem.objects.all()]
    return {row.pk for row in rows}


# Modules that are imported in tests


@pytest.fixture
def write(tmp_path: Path, monkeypatch) -> Callable[[str, str], None]:
    """Return a function that writes a module which can be imported in the test."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write(name: str, code: str) -> None:
        written.append(name)
        (tmp_path / f"{name}.py").write_text(dedent(code))

    yield write
    for name in written:
        sys.modules.pop(name, None)


LATE = """
    from django_plugin_system import plugin
    from tests.apps.otp.interfaces import AbstractOTP

    def declare(name):
        @plugin(AbstractOTP, name, module="tests.apps.otp", priority=-9)
        class LateOTP(AbstractOTP):
            def send_otp(self, number, code): ...

    declare("late")
    """


def test_a_module_that_is_imported(registry: Registry, write):
    """Tests that import it are alike: what it has registered stays with the module."""
    write("late", LATE)

    @isolated_plugins()
    def test() -> list[str]:
        import late

        declare()
        late.declare("called")
        return registered(registry)

    seen = [test(), test()]

    assert seen == [["called", *BASE[:1], "late", "sms_ir", "temporary", "voice"]] * 2
    assert registered(registry) == [BASE[0], "late", *BASE[1:]]


def test_a_module_that_is_imported_in_an_inner_block(registry: Registry, write):
    """It stays for as long as the module is there, through every block around it."""
    write("late", LATE)

    with isolated_plugins():
        with isolated_plugins(), isolated_plugins():
            __import__("late")
        assert "late" in registered(registry)
    assert "late" in registered(registry)
    with isolated_plugins():
        with isolated_plugins():
            declare()
        assert "temporary" not in registered(registry)


@pytest.mark.django_db(transaction=True)
def test_flush_after_an_import(write):
    """The next test will know what the module has registered, so it has its row."""
    write("late", LATE)

    with isolated_plugins():
        __import__("late")
        declare()
        call_command("flush", interactive=False, verbosity=0)

    assert names() == [BASE[0], "late", *BASE[1:]]


def test_a_module_that_is_taken_back(registry: Registry, write):
    """The next import registers it anew, so nothing of it is kept."""
    write("late", LATE)

    with isolated_plugins():
        __import__("late")
        del sys.modules["late"]
    left = registered(registry)
    __import__("late")

    assert left == BASE
    assert "late" in registered(registry)


def test_a_module_that_fails(registry: Registry, write):
    """It is no module yet, so nothing of it is kept."""
    write("late", LATE + "\n    raise ValueError('x')")

    with isolated_plugins(), pytest.raises(ValueError, match="x"):
        __import__("late")

    assert registered(registry) == BASE


def test_code_that_claims_to_be_a_module(registry: Registry):
    """Code that is executed, as doctests are, is the test's own."""
    with isolated_plugins():
        exec(compile(dedent(LATE), "<string>", "exec"), {"__name__": "late"})
        exec(compile(dedent(LATE).replace('"late"', '"2"'), "<string>", "exec"), {})
        assert "late" in registered(registry)

    assert registered(registry) == BASE


def test_what_a_module_declares_before_apps_are_ready(
    registry: Registry, write, monkeypatch
):
    """It stays, though it is registered after the import; and so does a mistake."""
    write(
        "late",
        """
        from abc import ABC, abstractmethod
        from django_plugin_system import plugin, plugin_type
        from tests.apps.otp.interfaces import AbstractOTP

        @plugin_type("otp")
        class Late(ABC):
            @abstractmethod
            def late(self): ...

        @plugin(Late, "late")
        class LateItem(Late):
            def late(self): ...
        """,
    )
    write(
        "wrong",
        """
        from abc import ABC, abstractmethod
        from django_plugin_system import plugin_type

        @plugin_type("otp")
        class Wrong(ABC):
            __module__ = "tests.apps.otp.wrong"

            @abstractmethod
            def wrong(self): ...
        """,
    )
    with isolated_plugins():
        monkeypatch.setattr(register.apps, "apps_ready", False)
        import late
        import wrong  # noqa: F401

        monkeypatch.undo()
        register.run_deferred()

    assert registry.get_type_with(late.Late).name == "otp"
    assert "late" in registered(registry)
    assert list(registry.rejected()) == ["tests.apps.otp.wrong.Wrong"]


def test_types_and_waiting_items_of_a_module(registry: Registry, write):
    """All that can be registered stays."""
    write(
        "late",
        """
        from abc import ABC, abstractmethod
        from django_plugin_system import plugin, plugin_type

        class Waited(ABC):
            @abstractmethod
            def wait(self): ...

        @plugin(Waited, "waiting", module="tests.apps.otp")
        class Waiting(Waited):
            def wait(self): ...

        @plugin_type("late", manager="tests.apps.otp")
        class Late(ABC):
            @abstractmethod
            def late(self): ...
        """,
    )

    with isolated_plugins():
        import late

    assert [item.item for item in registry.unresolved()] == ["late.Waiting, 'waiting'"]
    assert registry.get_type_with(late.Late).name == "late"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch) -> Iterator[str]:
    """An app whose config brings the interface, and that is installed by tests."""
    package = tmp_path / "shop_of_tests"
    package.mkdir()
    files = {
        "__init__": "",
        "apps": """
            from django.apps import AppConfig
            from . import interfaces

            class ShopConfig(AppConfig):
                name = "shop_of_tests"
            """,
        "interfaces": """
            from abc import ABC, abstractmethod
            from django_plugin_system import plugin_type

            @plugin_type("cart")
            class Cart(ABC):
                @abstractmethod
                def add(self): ...
            """,
        "plugins": """
            from django_plugin_system.register import register_plugin_item
            from tests.apps.otp_sms.plugins import SmsIrOTP

            register_plugin_item({
                "name": "of shop",
                "module": "shop_of_tests",
                "type_name": "otp",
                "manager_name": "tests.apps.otp",
                "plugin_class": SmsIrOTP,
            })
            """,
    }
    for name, code in files.items():
        (package / f"{name}.py").write_text(dedent(code))
    monkeypatch.syspath_prepend(tmp_path)
    yield "shop_of_tests"
    for name in [name for name in sys.modules if name.startswith("shop_of_tests")]:
        del sys.modules[name]


@pytest.mark.parametrize("outer", ["isolation", "settings"])
@pytest.mark.parametrize("inside", [nullcontext, isolated_plugins], ids=["", "nested"])
@pytest.mark.django_db
def test_an_app_that_tests_install(registry: Registry, shop: str, outer, inside):
    """Its plugins are there in each of them, and gone when it is."""
    installed = partial(
        override_settings, INSTALLED_APPS=[*settings.INSTALLED_APPS, shop]
    )
    blocks = [isolated_plugins, installed]
    if outer == "settings":
        blocks.reverse()

    seen, left = [], []
    for _ in range(3):
        with blocks[0](), inside(), blocks[1]():
            types = [spec.name for spec in registry.types()]
            seen.append(("cart" in types, "of shop" in registered(registry)))
        left.append("of shop" in registered(registry))

    assert seen == [(True, True)] * 3
    # Before an isolation that begins inside of the settings' block, they were there.
    assert left == [outer == "settings"] * 3


# What tests see of writes


class Capturing(TestCase):
    """captureOnCommitCallbacks() shows the project's callbacks, and no others."""

    def test_write(self):
        """A write of rows registers none."""
        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            PluginItem.objects.filter(name="voice").update(status="disable")
            item = PluginItem.objects.get(name="sms_ir")
            item.save()
            item.delete()

        assert callbacks == []
        assert chosen() == "KavenegarOTP"

    def test_others(self):
        """Those of the project are shown, before and after, and in savepoints."""

        def callback() -> None: ...

        with self.captureOnCommitCallbacks() as callbacks:
            transaction.on_commit(callback)
            with transaction.atomic():
                PluginItem.objects.filter(name="voice").update(status="disable")
                transaction.on_commit(callback)
            with transaction.atomic():
                PluginItem.objects.filter(name="sms_ir").update(status="disable")
                transaction.set_rollback(True)

        assert callbacks == [callback, callback]
        assert chosen() == "SmsIrOTP"


def chosen() -> str:
    return current().by_interface[AbstractOTP].__name__
