"""Methods that cannot do what callers of the interface ask."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest

from django_plugin_system.checks import check_methods
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.signatures import find_misfits
from tests.declared import Fax, item_dict, type_dict


class Carrier(ABC):
    @abstractmethod
    def ship(self, address: str, *, kg: int = 0) -> str: ...

    @abstractmethod
    async def track(self, code: str) -> str: ...

    @abstractmethod
    def stream(self) -> AsyncIterator[str]: ...

    @abstractmethod
    def later(self) -> Awaitable[str]: ...

    @abstractmethod
    def lines(self) -> Iterator[str]: ...

    @abstractmethod
    async def pages(self) -> AsyncIterator[str]: ...

    @abstractmethod
    def anything(self, *args: Any, **kwargs: Any) -> Any: ...

    @abstractmethod
    def some(self, first: str, **kwargs: Any) -> None: ...

    @abstractmethod
    def by_position(self, first: str, /, __second: str) -> None: ...

    @staticmethod
    def zones(country: str) -> list[str]:
        return [country]

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @property
    @abstractmethod
    def cheap(self) -> bool: ...

    def __init__(self, region: str = "") -> None:
        self.region = region

    def __contains__(self, address: str) -> bool:
        return True


def wrapped(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Callable:
    def __call__(self, address: str, *, kg: int = 0) -> str: ...


def ship(self: object, address: str, kg: int = 0) -> str: ...


async def track(self: object, code: str) -> str: ...


async def stream(self: object) -> AsyncIterator[str]:
    yield ""


def ship_by(self: object, how: str, address: str, *, kg: int = 0) -> str: ...


FITS = [
    {"ship": ship},
    {"ship": lambda self, *args, **kwargs: ""},
    {"ship": lambda self, address, kg=0, more=None: ""},
    {"ship": staticmethod(lambda address, *, kg=0: "")},
    {"ship": classmethod(ship)},
    {"ship": Callable()},
    {"ship": functools.partial(lambda address, kg: "", kg=1)},
    {"ship": functools.partialmethod(ship_by, "bike")},
    {"ship": wrapped(ship)},
    {"track": wrapped(track)},
    {"track": functools.partialmethod(track)},
    {"stream": stream},
    {"later": wrapped(lambda self: None)},
    {"pages": stream},
    {"lines": lambda self: (yield "")},
    {"anything": lambda self, a, /, b, *, c: None},
    {"some": lambda self, first, second: None},
    {"by_position": lambda self, one, two: None},
    {"zones": lambda self, country: []},
    {"name": lambda self: ""},
    {"cheap": True},
    {"__init__": lambda self, *, key: None},
    {"__contains__": lambda self, item: True},
    {"ship": dict.update},
    {"ship": dict},
]


@pytest.mark.parametrize("methods", FITS)
def test_fits(methods):
    """What can be called alike fits, however it is written."""
    assert find_misfits(type("Bike", (Carrier,), methods), Carrier) == []


async def waits(self: object, address: str, *, kg: int = 0) -> str: ...


def answers(self: object, code: str) -> str: ...


def lists(self: object) -> list[str]: ...


def unions(self: object) -> str | None: ...


async def streams_ship(self: object, address: str, kg: int = 0) -> AsyncIterator[str]:
    yield ""


MISFITS = [
    pytest.param(
        {"ship": lambda self: ""},
        "ship(address) fails: too many positional arguments.",
        id="too-few",
    ),
    pytest.param(
        {"ship": lambda self, address, unit, kg=0: ""},
        "ship(address) fails: missing a required argument: 'unit'.",
        id="too-many",
    ),
    pytest.param(
        {"ship": lambda self, address: ""},
        "ship(address, kg=...) fails: got an unexpected keyword argument 'kg'.",
        id="lacks-an-option",
    ),
    pytest.param(
        {"ship": lambda self, to, **kwargs: ""},
        "ship(address=...) fails: missing a required argument: 'to'.",
        id="another-name",
    ),
    pytest.param(
        {"ship": staticmethod(lambda self, address, kg=0: "")},
        "ship(address) fails: missing a required argument: 'address'.",
        id="static",
    ),
    pytest.param(
        {"ship": wrapped(lambda self, address, kg: "")},
        "ship(address) fails: missing a required argument: 'kg'.",
        id="decorated",
    ),
    pytest.param(
        {"some": lambda self: None},
        "some(first) fails: too many positional arguments.",
        id="lacks-what-is-named",
    ),
    pytest.param({"ship": "bike"}, "ship is not a method.", id="no-method"),
    pytest.param({"ship": None}, "ship is not a method.", id="none"),
    pytest.param({"ship": property(ship)}, "ship is not a method.", id="property"),
    pytest.param(
        {"ship": waits},
        "the result of ship() is awaited, and by the interface plain.",
        id="async",
    ),
    pytest.param(
        {"ship": streams_ship},
        "the result of ship() is iterated with 'async for', and by the interface "
        "plain.",
        id="async-generator",
    ),
    pytest.param(
        {"track": answers},
        "the result of track() is plain, and by the interface awaited.",
        id="sync",
    ),
    pytest.param(
        {"later": lists},
        "the result of later() is plain, and by the interface awaited.",
        id="sync-for-awaitable",
    ),
    pytest.param(
        {"stream": lists},
        "the result of stream() is plain, and by the interface iterated with "
        "'async for'.",
        id="sync-for-async-iterator",
    ),
    pytest.param(
        {"pages": lists},
        "the result of pages() is plain, and by the interface awaited or iterated with "
        "'async for'.",
        id="sync-for-stub",
    ),
]


@pytest.mark.parametrize(("methods", "misfit"), MISFITS)
def test_misfit(methods, misfit):
    """What cannot be called alike is shown with a call that fails, and why."""
    assert find_misfits(type("Bike", (Carrier,), methods), Carrier) == [misfit]


def test_result_that_may_be_either():
    """A union leaves it open whether callers wait."""
    bike = type("Bike", (Carrier,), {"later": unions, "track": lambda self, code: ""})

    assert find_misfits(bike, Carrier) == [
        "the result of track() is plain, and by the interface awaited."
    ]


def test_interface_that_extends_another():
    """A method counts as the nearest interface declares it."""

    class Freight(Carrier):
        @abstractmethod
        def ship(self, address: str) -> str: ...

    bike = type("Bike", (Freight,), {"ship": lambda self, address: ""})

    assert find_misfits(bike, Freight) == []


def test_w007_method_that_does_not_fit():
    """The check names the item, its class, the interface and the call."""

    class Slow(Fax):
        async def send(self, text: str) -> str:  # type: ignore[override]
            return text

    register_plugin_type(type_dict())
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="slow", plugin_class=Slow))

    messages = check_methods()

    assert [(message.id, message.msg, message.hint) for message in messages] == [
        (
            "django_plugin_system.W007",
            "Plugin item tests.apps.otp_sms:slow for tests.apps.otp:sender: "
            "tests.test_signatures.test_w007_method_that_does_not_fit.<locals>.Slow "
            "does not do as tests.declared.Sender says: the result of send() is "
            "awaited, and by the interface plain.",
            "Callers know the interface only; have both say the same.",
        )
    ]


def test_a_constructor_that_callers_call():
    """Where the interface's takes what callers give, that of a class has to take it."""

    class Receipt(ABC):
        def __init__(self, customer: str) -> None:
            self.customer = customer

        @abstractmethod
        def text(self) -> str: ...

    class Short(Receipt):
        def __init__(self) -> None: ...

        def text(self) -> str:
            return ""

    class Long(Receipt):
        def text(self) -> str:
            return ""

    assert len(find_misfits(Short, Receipt)) == 1
    assert find_misfits(Long, Receipt) == []
