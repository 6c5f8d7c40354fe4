"""override_plugin(): a test's own implementation answers, and leaves no trace."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from threading import Thread
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from unittest.mock import MagicMock, Mock, create_autospec

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, SimpleTestCase, TestCase, override_settings
from django.urls import path

from django_plugin_system import (
    aget_plugin,
    explain,
    fresh_plugins,
    get_plugin,
    get_plugin_class,
    get_plugin_instance,
    plugin,
    plugin_type,
)
from django_plugin_system.exceptions import (
    BlockingLookup,
    DeclarationTypeError,
    PluginTypeNotFound,
)
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.selection.current import forget_all
from django_plugin_system.specs import TypeKey
from django_plugin_system.testing import isolated_plugins, override_plugin
from tests.apps.otp.interfaces import AbstractOTP
from tests.apps.otp_sms.plugins import SmsIrOTP

OTP = ("otp", "tests.apps.otp")


T = TypeVar("T")


class FakeOTP(AbstractOTP):
    """What tests put in the place of the others."""

    def send_otp(self, number: str, code: str) -> str:
        return f"fake {number} {code}"


class OtherOTP(FakeOTP):
    """Another one."""


class Other(ABC):
    @abstractmethod
    def other(self) -> None: ...


class OtherImplementation(Other):
    def other(self) -> None: ...


def who() -> str:
    return type(get_plugin(AbstractOTP)).__name__


@pytest.fixture(autouse=True)
def nothing_known():
    forget_all()
    yield
    forget_all()


# No database is asked: these tests have none


def test_with():
    """In the block every way to ask answers it; it gives the implementation."""
    with override_plugin(AbstractOTP, FakeOTP) as given:
        answers = [
            type(get_plugin(AbstractOTP)),
            type(get_plugin_instance(*OTP)),
            get_plugin_class(*OTP),
            type(asyncio.run(aget_plugin(AbstractOTP))),
        ]
        made = get_plugin(AbstractOTP), get_plugin(AbstractOTP)

    assert given is FakeOTP
    assert answers == [FakeOTP] * 4
    assert made[0] is not made[1]


@pytest.mark.parametrize(
    "named",
    [(AbstractOTP,), OTP, (OTP,), (TypeKey(*OTP),)],
    ids=["interface", "names", "pair", "key"],
)
def test_ways_to_name_a_type(named):
    """By interface, or by name and manager."""
    with override_plugin(*named, FakeOTP):
        assert who() == "FakeOTP"


@pytest.mark.parametrize(
    "make",
    [
        FakeOTP,
        lambda: Mock(spec=AbstractOTP),
        lambda: Mock(spec=FakeOTP),
        MagicMock,
        lambda: create_autospec(AbstractOTP, instance=True),
        lambda: SimpleNamespace(send_otp=lambda number, code: "stub"),
    ],
    ids=["object", "spec", "spec of a class", "mock", "autospec", "namespace"],
)
def test_objects(make):
    """An object is what every lookup gives, and its class seems to make it."""
    implementation = make()

    with override_plugin(AbstractOTP, implementation) as given:
        plugin_class = get_plugin_class(*OTP)
        answers = [
            get_plugin(AbstractOTP),
            get_plugin_instance(*OTP),
            plugin_class(),
            asyncio.run(aget_plugin(AbstractOTP)),
        ]

        assert issubclass(plugin_class, AbstractOTP)
        assert plugin_class.send_otp == implementation.send_otp
        assert not hasattr(plugin_class, "__abstractmethods__")
    assert given is implementation
    assert all(each is implementation for each in answers)


class Broken:
    def send_otp(self): ...

    @property
    def costly(self):
        raise AssertionError("it is not to be asked for")


def test_properties_of_objects(registry):
    """A property is not read when the object is checked."""

    class Costly(ABC):
        @property
        @abstractmethod
        def costly(self): ...

    plugin_type("costly", manager="tests.apps.otp")(Costly)

    with override_plugin(Costly, Broken()):
        assert type(get_plugin(Costly)) is Broken


def test_nested():
    """The inner one answers, and then the outer one again; whatever ends first."""
    outer = override_plugin(AbstractOTP, FakeOTP)
    inner = override_plugin(*OTP, OtherOTP)

    with outer:
        with inner:
            nested = who()
        after = who()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    out_of_order = who()
    inner.__exit__(None, None, None)

    assert (nested, after, out_of_order) == ("OtherOTP", "FakeOTP", "OtherOTP")


@pytest.fixture
def two_types(registry):
    plugin_type("other", manager="tests.apps.otp")(Other)


def test_two_at_once(two_types):
    """Each type has its own."""

    @override_plugin(AbstractOTP, FakeOTP)
    @override_plugin(Other, OtherImplementation)
    def both() -> tuple[str, type]:
        return who(), type(get_plugin(Other))

    assert both() == ("FakeOTP", OtherImplementation)


def test_a_type_with_a_get_plugin(registry):
    """It is not asked; arguments for it do no harm."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("asked")

    plugin_type("other", manager="tests.apps.otp", get_plugin=refuse)(Other)

    with override_plugin(Other, OtherImplementation):
        assert type(get_plugin(Other, user="x")) is OtherImplementation
        assert get_plugin_class("other", "tests.apps.otp", 1) is OtherImplementation


def test_an_interface_of_two_types(registry):
    """Only a name says which one is meant."""
    plugin_type("backup", manager="tests.apps.otp")(AbstractOTP)

    with (
        pytest.raises(PluginTypeNotFound, match="belongs to more than one plugin type"),
        override_plugin(AbstractOTP, FakeOTP),
    ):
        """It is not run."""
    with override_plugin("backup", "tests.apps.otp", FakeOTP):
        assert get_plugin_class("backup", "tests.apps.otp") is FakeOTP


def test_on_an_event_loop():
    """The synchronous calls answer there, too, since nobody has to wait."""

    @override_plugin(AbstractOTP, FakeOTP)
    async def ask() -> list[str]:
        answers = [who(), await sync_to_async(who)()]
        with fresh_plugins():
            answers += [who(), type(await aget_plugin(AbstractOTP)).__name__]
        return answers

    assert asyncio.run(ask()) == ["FakeOTP"] * 4


def test_other_types_on_an_event_loop(two_types):
    """Those that nobody overrides are refused as ever."""

    @override_plugin(AbstractOTP, FakeOTP)
    async def ask() -> None:
        get_plugin(Other)

    with pytest.raises(BlockingLookup):
        asyncio.run(ask())


def test_threads():
    """Other threads see it."""
    seen = []
    thread = Thread(target=lambda: seen.append(who()))

    with override_plugin(AbstractOTP, FakeOTP):
        thread.start()
        thread.join()

    assert seen == ["FakeOTP"]


@override_plugin(AbstractOTP, FakeOTP)
class Decorated(SimpleTestCase):
    """Test cases that may not make queries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert who() == "FakeOTP"

    def test_sync(self):
        assert who() == "FakeOTP"

    async def test_async(self):
        assert type(await aget_plugin(AbstractOTP)) is FakeOTP
        assert who() == "FakeOTP"

    @override_plugin(AbstractOTP, OtherOTP)
    def test_nested(self):
        assert who() == "OtherOTP"

    @override_settings(PLUGIN_SYSTEM={"SAFE_MODE": True})
    def test_safe_mode(self):
        assert who() == "FakeOTP"


@pytest.fixture
@override_plugin(AbstractOTP, FakeOTP)
def fake_otp():
    yield get_plugin(AbstractOTP)
    assert who() == "FakeOTP"


def test_fixture(fake_otp):
    """It lasts as long as the fixture does."""
    assert type(fake_otp) is FakeOTP
    assert who() == "FakeOTP"


# What it refuses


@pytest.mark.parametrize(
    ("implementation", "message"),
    [
        pytest.param(
            OtherImplementation,
            "Plugin item 'OtherImplementation': "
            "tests.test_overriding.OtherImplementation is not a subclass of "
            "tests.apps.otp.interfaces.AbstractOTP, the interface of plugin type "
            "'otp'. Derive it from AbstractOTP, or name another type.",
            id="class",
        ),
        pytest.param(
            AbstractOTP,
            "Plugin item 'AbstractOTP': tests.apps.otp.interfaces.AbstractOTP is still "
            "abstract, so it could never be instantiated. Implement: send_otp.",
            id="abstract",
        ),
        pytest.param(
            SimpleNamespace(send=1),
            "override_plugin(): namespace(send=1) lacks what "
            "tests.apps.otp.interfaces.AbstractOTP promises: send_otp. Pass a class "
            "derived from AbstractOTP, or an object that has all of it, such as "
            "Mock(spec=AbstractOTP).",
            id="object",
        ),
        pytest.param(
            None,
            "override_plugin(): None lacks what "
            "tests.apps.otp.interfaces.AbstractOTP promises: send_otp. Pass a class "
            "derived from AbstractOTP, or an object that has all of it, such as "
            "Mock(spec=AbstractOTP).",
            id="None",
        ),
    ],
)
@pytest.mark.parametrize("named", [(AbstractOTP,), OTP], ids=["interface", "names"])
def test_what_does_not_fit(named, implementation, message):
    """It is refused where it is decorated."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        override_plugin(*named, implementation)

    assert str(excinfo.value) == message


def test_mocks_of_something_else():
    """A mock has to have the methods of the interface."""
    with pytest.raises(DeclarationTypeError, match="promises: send_otp"):
        override_plugin(AbstractOTP, Mock(spec=Other))


def test_what_is_no_type():
    """Neither a string alone nor anything else names a type."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        override_plugin("otp", FakeOTP)

    assert str(excinfo.value) == (
        "override_plugin(): 'otp' is no interface. Use "
        "override_plugin(Interface, implementation) or "
        "override_plugin(name, manager, implementation)."
    )


def test_a_type_that_is_registered_later(registry):
    """It may be until the block begins, where the implementation is checked again."""
    early = override_plugin(Other, OtherImplementation)
    wrong = override_plugin("other", "tests.apps.otp", FakeOTP)
    with pytest.raises(PluginTypeNotFound, match="No plugin type with interface"):
        early.__enter__()

    plugin_type("other", manager="tests.apps.otp")(Other)

    with early:
        assert type(get_plugin(Other)) is OtherImplementation
    with pytest.raises(DeclarationTypeError, match="not a subclass"):
        wrong.__enter__()


# With a database


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


MODELS = (Generation, PluginType, PluginItem)


@pytest.mark.django_db
def test_nothing_is_left_behind(django_assert_num_queries):
    """No row, no generation, no answer; also where the block fails."""
    before, answer = rows(), who()

    with django_assert_num_queries(0), override_plugin(AbstractOTP, FakeOTP):
        assert who() == "FakeOTP"
    with (
        pytest.raises(ValueError, match="x"),
        fresh_plugins(),
        override_plugin(AbstractOTP, FakeOTP),
    ):
        raise ValueError("x")

    assert (rows(), who()) == (before, answer)


@pytest.mark.django_db
def test_within_a_request_that_has_looked():
    """What the request has found is overridden from then on, and back again."""
    with fresh_plugins():
        seen = [who()]
        with override_plugin(AbstractOTP, FakeOTP):
            seen.append(who())
            # One that has to look, so that rows are known.
            get_plugin_class("nobody's", "tests.apps.otp")
            seen.append(who())
        seen.append(who())

    assert seen == ["VoiceOTP", "FakeOTP", "FakeOTP", "VoiceOTP"]


@pytest.mark.django_db
@pytest.mark.parametrize("safe_mode", [True, False])
def test_rows_have_no_say(settings, safe_mode):
    """Neither before nor after they change, and with SAFE_MODE as well."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": safe_mode}
    with override_plugin(AbstractOTP, FakeOTP):
        seen = [who()]
        PluginItem.objects.update(status="disable")
        get_plugin_class("nobody's", "tests.apps.otp")
        seen.append(who())
        PluginType.objects.all().delete()
        seen.append(who())

        assert seen == ["FakeOTP"] * 3


@pytest.mark.django_db
def test_get_single_plugin():
    """The row of the class, if it has one, else an item that is in no table."""
    row = PluginType.objects.get(name="otp")

    with override_plugin(AbstractOTP, FakeOTP):
        unsaved = row.get_single_plugin()
        assert (unsaved.name, unsaved.module) == ("FakeOTP", "tests.test_overriding")
        assert (unsaved.plugin_type, unsaved._state.adding) == (row, True)
        assert (unsaved.load_class(), type(unsaved.load())) == (FakeOTP, FakeOTP)
        assert not unsaved.is_orphan
    with override_plugin(AbstractOTP, SmsIrOTP):
        assert row.get_single_plugin() == PluginItem.objects.get(name="sms_ir")
    with override_plugin(AbstractOTP, mock := Mock(spec=AbstractOTP)):
        assert row.get_single_plugin().load() is mock
    assert row.get_single_plugin().name == "voice"


@pytest.mark.django_db
def test_explain():
    """It says that the override decides."""
    with override_plugin(AbstractOTP, FakeOTP):
        by_fake = explain(*OTP)
    with override_plugin(AbstractOTP, SmsIrOTP):
        by_item = explain(*OTP)

    assert str(by_fake) == (
        "Plugin type tests.apps.otp:otp: tests.test_overriding:FakeOTP answers.\n"
        "  Decided by override_plugin(), with tests.test_overriding.FakeOTP.\n"
        "  tests.apps.otp_voice:voice, active, priority 5: passed over: "
        "override_plugin() decides\n"
        "  tests.apps.otp_sms:sms_ir, active, priority 10: passed over: "
        "override_plugin() decides\n"
        "  tests.apps.otp_sms:kavenegar, active, priority 20: passed over: "
        "override_plugin() decides"
    )
    assert str(by_item).splitlines()[3] == (
        "  tests.apps.otp_sms:sms_ir, active, priority 10: chosen: by override_plugin()"
    )


@pytest.mark.django_db
def test_explain_in_safe_mode(settings):
    """The override decides there, too, whether its class has an item or not."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}
    for implementation in (FakeOTP, SmsIrOTP):
        with override_plugin(AbstractOTP, implementation):
            explanation = explain(*OTP)

        assert explanation.chosen.load_class() is implementation
        assert explanation.rule.startswith("override_plugin(), with ")


@pytest.mark.django_db
def test_explain_a_type_without_a_row(two_types):
    """There is nothing to compare, but an answer."""
    with override_plugin(Other, OtherImplementation):
        explanation = explain("other", "tests.apps.otp")

    assert explanation.answer == "tests.test_overriding:OtherImplementation answers"
    assert explanation.candidates == ()


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(who())


async def async_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(type(await aget_plugin(AbstractOTP)).__name__)


urlpatterns = [path("sync/", view), path("async/", async_view)]


@pytest.mark.urls(__name__)
@override_plugin(AbstractOTP, FakeOTP)
def test_requests():
    """Views of both kinds get it; they need no database either."""
    assert Client().get("/sync/").text == Client().get("/async/").text == "FakeOTP"

    async def ask() -> list[str]:
        client = AsyncClient()
        return [(await client.get(url)).text for url in ("/sync/", "/async/")]

    assert asyncio.run(ask()) == ["FakeOTP"] * 2


@pytest.mark.urls(__name__)
@override_plugin(AbstractOTP, FakeOTP)
def test_live_server(live_server):
    """Its threads see it."""
    from urllib.request import urlopen

    assert urlopen(f"{live_server.url}/sync/").read() == b"FakeOTP"


@override_plugin(AbstractOTP, FakeOTP)
class WithDatabase(TestCase):
    """Other types go on as they are."""

    @isolated_plugins()
    def test_other_types(self):
        plugin_type("other", manager="tests.apps.otp")(Other)
        plugin(Other, "only", module="tests.apps.otp")(OtherImplementation)
        row = PluginType.objects.create(name="other", manager="tests.apps.otp")
        PluginItem.objects.create(plugin_type=row, name="only", module="tests.apps.otp")

        assert type(get_plugin(Other)) is OtherImplementation
        assert who() == "FakeOTP"
        assert connection.in_atomic_block


def test_a_generic_interface_without_a_database(nothing_known, registry):
    """Asked for with its parameters, it is the same interface."""

    class Letters(ABC, Generic[T]):
        @abstractmethod
        def post(self) -> T: ...

    plugin_type("letters", manager="tests.apps.otp")(Letters)

    with override_plugin(Letters, Mock(spec=Letters)) as fake:
        assert get_plugin(Letters[int]) is fake
