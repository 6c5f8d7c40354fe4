"""Classes that are made anew: by decorators, and by modules that run again."""

from __future__ import annotations

import sys
import textwrap
from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module, invalidate_caches, reload
from pathlib import Path
from types import ModuleType

import pytest

from django_plugin_system import get_plugin, plugin, plugin_type
from django_plugin_system.exceptions import AlreadyRegistered
from django_plugin_system.identity import is_made_from
from django_plugin_system.models import PluginItem
from django_plugin_system.registry import Registry
from django_plugin_system.specs import TypeKey
from django_plugin_system.sync import sync

LETTERS = TypeKey("letters", "tests.apps.otp")

INTERFACE = """
from abc import ABC, abstractmethod
from dataclasses import dataclass
from django_plugin_system import plugin, plugin_type, register_plugin_item

@plugin_type("letters", manager="tests.apps.otp")
class Letters(ABC):
    @abstractmethod
    def post(self) -> str: ...
"""
SLOTTED_INTERFACE = INTERFACE.replace(
    "@plugin_type", "@dataclass(slots=True)\n@plugin_type"
)
ITEM = """
from dataclasses import dataclass
from django_plugin_system import plugin, register_plugin_item
from letters_interfaces import Letters

@plugin(Letters, "mail", module="tests.apps.otp_sms")
class Mail(Letters):
    def post(self) -> str:
        return "by mail"
"""
SLOTTED_ITEM = ITEM.replace("@plugin(", "@dataclass(slots=True)\n@plugin(").replace(
    "class Mail(Letters):", "class Mail(Letters):\n    speed: int = 2"
)
ITEM_BY_DICT = """
from letters_interfaces import Letters
from django_plugin_system import register_plugin_item

class Mail(Letters):
    def post(self) -> str:
        return "by mail"

register_plugin_item({
    "name": "mail", "module": "tests.apps.otp_sms", "type_name": "letters",
    "manager_name": "tests.apps.otp", "plugin_class": Mail,
})
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch):
    """Write modules and import them; all are forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(name: str, text: str) -> ModuleType:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        invalidate_caches()
        module = sys.modules.get(name)
        return reload(module) if module else import_module(name)

    yield write
    for name in [name for name in sys.modules if name.startswith("letters_")]:
        del sys.modules[name]


def classes(registry: Registry) -> list[type]:
    return [spec.plugin_class for spec in registry.items() if spec.type_key == LETTERS]


# Decorators that make another class


@pytest.mark.parametrize("item", [ITEM, ITEM_BY_DICT], ids=["decorator", "dict"])
@pytest.mark.django_db
def test_interface_that_is_made_anew(registry: Registry, modules, item):
    """The type has the class that its module has, and so do its items."""
    interfaces = modules("letters_interfaces", SLOTTED_INTERFACE)
    plugins = modules("letters_plugins", item)
    sync()

    assert registry.get_type(*LETTERS).interface is interfaces.Letters
    assert type(get_plugin(interfaces.Letters)) is plugins.Mail


def test_interface_that_is_made_anew_and_asked_for(registry: Registry, modules):
    """A lookup with the class finds the type that was registered with the former."""
    interfaces = modules("letters_interfaces", SLOTTED_INTERFACE)

    assert registry.get_type_with(interfaces.Letters).key == LETTERS


@pytest.mark.django_db
def test_item_that_is_made_anew(registry: Registry, modules):
    """Its class is the one that its module has, once start-up is over."""
    modules("letters_interfaces", INTERFACE)
    plugins = modules("letters_plugins", SLOTTED_ITEM)
    before = registry.version

    registry.settle()
    registry.settle()

    assert classes(registry) == [plugins.Mail]
    assert registry.version == before + 1


def test_item_that_is_looked_at_before_it_is_made_anew(registry: Registry, modules):
    """While its module is imported, nothing is final."""
    modules("letters_interfaces", INTERFACE)
    plugins = modules(
        "letters_plugins",
        SLOTTED_ITEM.replace("@plugin(", "@looked_at\n@plugin(").replace(
            "@dataclass",
            "def looked_at(cls):\n"
            "    from django_plugin_system.registry import plugins\n"
            "    assert cls in [item.plugin_class for item in plugins.items()]\n"
            "    return cls\n\n"
            "@dataclass",
            1,
        ),
    )

    assert classes(registry) == [plugins.Mail]


def test_item_that_comes_to_need_an_argument(registry: Registry, modules):
    """What a decorator above adds is heard of when start-up is over."""
    modules("letters_interfaces", INTERFACE)
    modules("letters_plugins", SLOTTED_ITEM.replace("speed: int = 2", "speed: int"))

    registry.settle()

    assert classes(registry) == []
    assert [(source, str(error)) for source, error in registry.rejected().items()] == [
        (
            "Plugin item tests.apps.otp_sms:mail for tests.apps.otp:letters",
            "Plugin item 'mail': letters_plugins.Mail cannot be made without 'speed', "
            "but a lookup makes it without arguments. Give each a default, or have the "
            "constructor find its value, as in the settings. What callers are to pass "
            "belongs into the constructor of Letters, under the same name: then they "
            "get the class with get_plugin_class().",
        )
    ]


def test_item_of_no_type_is_settled_as_well(registry: Registry, modules):
    """A type may come later; until then there is nothing to hold it against."""
    modules("letters_interfaces", INTERFACE)
    plugins = modules(
        "letters_plugins",
        ITEM_BY_DICT.replace('"letters"', '"unknown"')
        .replace("class Mail", "@dataclass(slots=True)\nclass Mail")
        .replace("\n", "\nfrom dataclasses import dataclass\n", 1),
    )

    registry.settle()

    assert [item.item for item in registry.unresolved()] == [
        "tests.apps.otp_sms:mail for tests.apps.otp:unknown"
    ]
    assert plugins.Mail.__name__ == "Mail"


# Modules that run again


@pytest.mark.parametrize("item", [ITEM, ITEM_BY_DICT], ids=["decorator", "dict"])
@pytest.mark.django_db
def test_item_that_is_reloaded(registry: Registry, modules, item):
    """The new class takes the place of the old one."""
    interfaces = modules("letters_interfaces", INTERFACE)
    modules("letters_plugins", item)
    sync()

    plugins = modules("letters_plugins", item.replace("by mail", "by air mail"))

    assert classes(registry) == [plugins.Mail]
    assert get_plugin(interfaces.Letters).post() == "by air mail"


@pytest.mark.parametrize("item", [ITEM, ITEM_BY_DICT], ids=["decorator", "dict"])
def test_item_that_is_imported_anew(registry: Registry, modules, item):
    """Likewise, for tests that take modules out of sys.modules."""
    modules("letters_interfaces", INTERFACE)
    modules("letters_plugins", item)
    del sys.modules["letters_plugins"]

    plugins = modules("letters_plugins", item)

    assert classes(registry) == [plugins.Mail]


def test_item_that_waits_and_is_reloaded(registry: Registry, modules):
    """The former class waits no longer."""
    bare = INTERFACE.replace("@plugin_type", "# @plugin_type")
    interfaces = modules("letters_interfaces", bare)
    for _ in range(2):
        plugins = modules("letters_plugins", ITEM)
    waiting = len(registry.unresolved())

    plugin_type("letters", manager="tests.apps.otp")(interfaces.Letters)

    assert waiting == 1
    assert classes(registry) == [plugins.Mail]
    assert registry.rejected() == {}


def test_interface_that_is_reloaded(registry: Registry, modules):
    """While no item implements the former class, the new one takes its place."""
    modules("letters_interfaces", INTERFACE)

    interfaces = modules("letters_interfaces", INTERFACE)

    assert registry.get_type(*LETTERS).interface is interfaces.Letters


@pytest.mark.django_db
def test_interface_that_is_reloaded_while_it_is_implemented(
    registry: Registry, modules
):
    """It is refused, and all goes on as before."""
    interfaces = modules("letters_interfaces", INTERFACE)
    plugins = modules("letters_plugins", ITEM)
    sync()
    former = interfaces.Letters

    with pytest.raises(AlreadyRegistered) as excinfo:
        reload(interfaces)

    assert str(excinfo.value) == (
        "Plugin type 'letters' of 'tests.apps.otp': the module letters_interfaces has "
        "run again and made another class of Letters, but these implement the one from "
        "before: letters_plugins.Mail. The one from before stays in force. Restart the "
        "process to use the new one."
    )
    assert interfaces.Letters is former
    assert type(get_plugin(interfaces.Letters)) is plugins.Mail


PROTOCOL = """
from typing import Protocol, runtime_checkable
from django_plugin_system import plugin_type

@plugin_type("letters", manager="tests.apps.otp")
@runtime_checkable
class Letters(Protocol):
    def post(self) -> str: ...
"""


def test_protocol_that_is_reloaded_while_it_is_implemented(registry: Registry, modules):
    """What fits the former class fits the new one."""
    modules("letters_interfaces", PROTOCOL)
    plugins = modules("letters_plugins", ITEM.replace("Mail(Letters)", "Mail"))

    interfaces = modules("letters_interfaces", PROTOCOL)

    assert registry.get_type(*LETTERS).interface is interfaces.Letters
    assert classes(registry) == [plugins.Mail]


def test_the_same_name_twice(registry: Registry, modules):
    """In one run of a module it is a mistake, as ever."""
    modules("letters_interfaces", INTERFACE)

    with pytest.raises(AlreadyRegistered) as excinfo:
        modules("letters_plugins", ITEM + ITEM)

    assert str(excinfo.value) == (
        "Plugin item 'mail' of 'tests.apps.otp_sms' for plugin type 'letters' is "
        "already registered with letters_plugins.Mail, so letters_plugins.Mail cannot "
        "take its place. Give one of them another name."
    )


def test_the_same_name_from_a_function(registry: Registry, modules):
    """Classes that a function makes are never the same one."""
    interfaces = modules("letters_interfaces", INTERFACE)

    def declare() -> None:
        @plugin(interfaces.Letters, "mail", module="tests.apps.otp_sms")
        class Mail(interfaces.Letters):
            def post(self) -> str: ...

    declare()

    with pytest.raises(AlreadyRegistered, match=r"declare\.<locals>\.Mail cannot take"):
        declare()


def test_class_of_a_module_that_is_gone(registry: Registry, modules):
    """Nothing can be said of it, so the one that was registered stays."""
    interfaces = modules("letters_interfaces", INTERFACE)
    first, second = (
        type("Mail", (interfaces.Letters,), {"__module__": "letters_gone", "post": len})
        for _ in range(2)
    )
    declare = plugin(interfaces.Letters, "mail", module="tests.apps.otp_sms")
    declare(first)

    with pytest.raises(AlreadyRegistered):
        declare(second)
    registry.settle()

    assert classes(registry) == [first]


@pytest.mark.django_db
def test_classes_of_one_name(modules):
    """None of them is made from another one, so each stays what it is."""
    modules("letters_interfaces", INTERFACE)
    modules(
        "letters_many",
        """
        from letters_interfaces import Letters
        from django_plugin_system import plugin

        for place, name in enumerate(("first", "second")):
            @plugin(Letters, name, module="tests.apps.otp_sms", priority=place)
            class Mail(Letters):
                how = name
                def post(self) -> str:
                    return self.how
        """,
    )
    sync()

    rows = PluginItem.objects.filter(plugin_type__name="letters").order_by("priority")
    assert [row.load().post() for row in rows] == ["first", "second"]


@pytest.mark.django_db
def test_interfaces_of_one_name(modules, registry: Registry):
    """Each type keeps the one that it was declared with."""
    first = modules(
        "letters_two",
        """
        from abc import ABC, abstractmethod
        from django_plugin_system import plugin_type

        @plugin_type("mail", manager="tests.apps.otp")
        class Interface(ABC):
            @abstractmethod
            def mail(self): ...

        Mail = Interface

        @plugin_type("fax", manager="tests.apps.otp")
        class Interface(ABC):
            @abstractmethod
            def fax(self): ...
        """,
    )

    assert registry.get_type("mail", "tests.apps.otp").interface is first.Mail
    assert registry.get_type_with(first.Interface).name == "fax"


@pytest.mark.django_db
def test_an_interface_that_is_made_anew_in_a_function(registry: Registry):
    """No name leads to it there, but what it is made of does."""

    @dataclass(slots=True)
    @plugin_type("local", manager="tests.apps.otp")
    class Local(ABC):
        size: int = 1

        @abstractmethod
        def go(self) -> int: ...

    @plugin(Local, "one", module="tests.apps.otp_sms")
    class One(Local):
        def go(self) -> int:
            return self.size

    sync()

    assert get_plugin(Local).go() == 1
    assert registry.get_type_with(Local).interface is Local


def test_a_class_without_anything_of_its_own():
    """What it says is compared, where it has no methods."""
    known = type("Same", (), {"size": 1})
    other = type("Same", (), {"size": 2})
    again = type("Same", (), {"size": 1})

    assert is_made_from(again, known)
    assert not is_made_from(other, known)
