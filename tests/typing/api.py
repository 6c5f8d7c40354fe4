"""What type checkers see of the public API. Never run; checked by mypy --strict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, TypeVar, assert_type, runtime_checkable

from django_plugin_system import (
    aget_plugin,
    explain,
    fresh_plugins,
    get_plugin,
    get_plugin_class,
    get_plugin_instance,
    plugin,
    plugin_type,
    register_plugin_item,
    register_plugin_type,
    round_robin,
    sticky,
    weighted,
)
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.registry import Registry
from django_plugin_system.selection.explain import Explanation
from django_plugin_system.testing import isolated_plugins, override_plugin

T = TypeVar("T")


@plugin_type("otp", description="One-time passwords", get_plugin=sticky("number"))
class AbstractOTP(ABC):
    @abstractmethod
    def send_otp(self, number: str, code: str) -> None: ...


@plugin(AbstractOTP, "sms_ir", priority=10)
class SmsIrOTP(AbstractOTP):
    def send_otp(self, number: str, code: str) -> None:
        """Send it."""


@plugin_type("parser")
class AbstractParser(ABC, Generic[T]):
    @abstractmethod
    def parse(self, text: str) -> T: ...


@plugin(AbstractParser[int], "decimal")
class Decimal(AbstractParser[int]):
    def parse(self, text: str) -> int:
        return int(text)


@plugin(AbstractParser[int], "words")  # type: ignore[arg-type]  # parses to a str
class Words(AbstractParser[str]):
    def parse(self, text: str) -> str:
        return text


@plugin_type("speaker")
@runtime_checkable
class Speaker(Protocol):
    def speak(self, words: str) -> str: ...


@plugin(Speaker, "parrot")
class Parrot:
    def speak(self, words: str) -> str:
        return words


@plugin(Speaker, "fish")  # type: ignore[arg-type]  # it cannot speak
class Fish:
    pass


@plugin(AbstractOTP)  # type: ignore[call-arg]  # a name is missing
class Nameless(SmsIrOTP):
    pass


@plugin_type  # type: ignore[arg-type]  # it has to be called
class Bare(AbstractOTP):
    pass


def selector(plugin_type: PluginType, user_id: int) -> PluginItem | None:
    return plugin_type.get_active_plugins()[user_id % 2]


register_plugin_type(
    {
        "name": "otp",
        "manager": "apps.otp",
        "interface": AbstractOTP,
        "description": "One-time passwords",
        "get_plugin": selector,
    }
)
register_plugin_type(
    {
        "name": "otp",
        "manager": "apps.otp",
        "interface": AbstractOTP,
        "get_plugin": weighted({"sms_ir": 2}),
    }
)
register_plugin_type(
    {
        "name": "otp",
        "manager": "apps.otp",
        "interface": AbstractOTP,
        "get_plugin": round_robin,
    }
)
register_plugin_item(
    {
        "name": "sms_ir",
        "module": "apps.otp_sms",
        "type_name": "otp",
        "manager_name": "apps.otp",
        "plugin_class": SmsIrOTP,
        "priority": 10,
    }
)
register_plugin_item(
    {  # type: ignore[typeddict-item]  # plugin_class is required
        "name": "sms_ir",
        "module": "apps.otp_sms",
        "type_name": "otp",
        "manager_name": "apps.otp",
    }
)


async def ask(row: PluginType, item: PluginItem) -> None:
    assert_type(get_plugin(AbstractOTP), AbstractOTP)
    assert_type(get_plugin(AbstractParser[int]), AbstractParser[int])
    assert_type(get_plugin(Speaker), Speaker)
    assert_type(get_plugin(AbstractOTP, 7, urgent=True), AbstractOTP)
    assert_type(await aget_plugin(AbstractOTP), AbstractOTP)
    assert_type(get_plugin_instance("otp", "apps.otp"), Any | None)
    assert_type(get_plugin_class("otp", "apps.otp"), type | None)
    assert_type(explain("otp", "apps.otp"), Explanation)
    assert_type(row.get_single_plugin(), PluginItem | None)
    assert_type(row.get_active_plugins(), list[PluginItem])
    assert_type(item.load_class(), type | None)
    get_plugin(AbstractOTP).send_otp("+31", 1234)  # type: ignore[arg-type]  # no str
    assert_type(SmsIrOTP().send_otp("+31", "1234"), None)


@fresh_plugins()
@isolated_plugins()
@override_plugin(AbstractOTP, SmsIrOTP)
async def decorated(number: str) -> int:
    """A decorator leaves the type of what it is written above."""
    with override_plugin("otp", "apps.otp", SmsIrOTP()) as given:
        assert_type(given, SmsIrOTP)
    with override_plugin(("otp", "apps.otp"), SmsIrOTP) as cls:
        assert_type(cls, type[SmsIrOTP])
    with isolated_plugins() as registry:
        assert_type(registry, Registry)
    return len(number)


async def calling() -> None:
    """Signatures stay."""
    assert_type(await decorated("1"), int)
    await decorated(1)  # type: ignore[arg-type]
