"""Classes that cannot be made without arguments."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, ABCMeta, abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

import pytest
from asgiref.sync import async_to_sync

from django_plugin_system import (
    aget_plugin,
    get_plugin,
    get_plugin_class,
    get_plugin_instance,
    plugin,
)
from django_plugin_system.constructors import required_parameters
from django_plugin_system.exceptions import (
    DeclarationTypeError,
    PluginNeedsArguments,
    PluginSystemError,
)
from django_plugin_system.models import PluginItem
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.registry import Registry
from django_plugin_system.sync import sync
from tests.declared import Fax, Mail, Sender, item_dict, type_dict


def passes_on(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def gives_key(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(self: Any) -> Any:
        return function(self, "key")

    return wrapper


class AsksMeta(ABCMeta):
    def __call__(cls, key: str) -> Any:
        return super().__call__()


class GivesMeta(ABCMeta):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return super().__call__("key")


class Plain(Mail):
    def __init__(self, key: str) -> None: ...


class KeywordOnly(Mail):
    def __init__(self, *, key: str, region: str = "eu") -> None: ...


class New(Mail):
    def __new__(cls, key: str) -> New: ...


class Both(Mail):
    def __new__(cls, *args: object, **kwargs: object) -> Both: ...

    def __init__(self, key: str) -> None: ...


class NewAsksMore(Mail):
    def __new__(cls, key: str) -> NewAsksMore: ...

    def __init__(self, key: str = "") -> None: ...


class ByMeta(Mail, metaclass=AsksMeta):
    pass


class Inherits(Plain):
    pass


@dataclass
class Fields(Mail):
    key: str
    region: str = "eu"
    tags: list[str] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class SlottedFields(Mail):
    key: str


class Named(NamedTuple("Named", [("key", str)]), Mail):
    pass


class Partial(Mail):
    __init__ = functools.partialmethod(KeywordOnly.__init__, region="eu")


class Wrapped(Mail):
    @passes_on
    def __init__(self, key: str) -> None: ...


class Signed(Mail):
    """As pydantic tells of its models."""

    __signature__ = inspect.Signature(
        [inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY)]
    )

    def __init__(self, **data: object) -> None: ...


@runtime_checkable
class Speaking(Protocol):
    def send(self, text: str) -> str: ...


class SpeaksWithKey(Speaking, Plain):
    def send(self, text: str) -> str:
        return text


NEED_KEY = [
    Plain,
    KeywordOnly,
    New,
    Both,
    NewAsksMore,
    ByMeta,
    Inherits,
    Fields,
    SlottedFields,
    Named,
    Partial,
    Wrapped,
    Signed,
    SpeaksWithKey,
]


class Variadic(Mail):
    def __init__(self, *args: object, **kwargs: object) -> None: ...


class Defaults(Mail):
    def __init__(self, key: str = "", *, region: str = "eu") -> None: ...


class GivenByMeta(Plain, metaclass=GivesMeta):
    pass


class GivenByDecorator(Mail):
    @gives_key
    def __init__(self, key: str) -> None: ...


class GivenByPartial(Mail):
    __init__ = functools.partialmethod(Plain.__init__, "key")


class InC(bytearray, Mail):
    pass


class Speaks(Speaking, Mail):
    def send(self, text: str) -> str:
        return text


class Unreadable(Mail):
    # Python cannot tell what it takes.
    __init__ = dict.update  # type: ignore[assignment]


class SignedNothing(Mail):
    __signature__ = None


NEED_NOTHING = [
    Mail,
    Variadic,
    Defaults,
    GivenByMeta,
    GivenByDecorator,
    GivenByPartial,
    InC,
    Speaks,
    Unreadable,
    SignedNothing,
]

REFUSED = (
    "Plugin item 'mail': tests.test_constructors.{name} cannot be made without 'key', "
    "but a lookup makes it without arguments. Give each a default, or have the "
    "constructor find its value, as in the settings. What callers are to pass belongs "
    "into the constructor of Sender, under the same name: then they get the class with "
    "get_plugin_class()."
)


@pytest.mark.parametrize("plugin_class", NEED_KEY)
def test_needs_an_argument(registry: Registry, plugin_class):
    """The call that registers it refuses it, names the argument and the ways out."""
    register_plugin_type(type_dict())

    with pytest.raises(DeclarationTypeError) as by_dict:
        register_plugin_item(item_dict(plugin_class=plugin_class))
    with pytest.raises(DeclarationTypeError) as by_decorator:
        plugin(Sender, "mail")(plugin_class)

    message = REFUSED.format(name=plugin_class.__name__)
    assert str(by_dict.value) == str(by_decorator.value) == message
    assert [item for item in registry.items() if item.name == "mail"] == []


@pytest.mark.parametrize("plugin_class", NEED_NOTHING)
def test_needs_nothing(registry: Registry, plugin_class):
    """What has defaults, takes anything, or cannot be read, is no mistake."""
    register_plugin_type(type_dict())

    register_plugin_item(item_dict(plugin_class=plugin_class))

    assert [item.name for item in registry.items()].count("mail") == 1


def test_needs_several():
    """Each argument is named, in order."""

    class Needy(Mail):
        def __init__(self, key: str, *rest: str, region: str) -> None: ...

    assert required_parameters(Needy) == ["key", "region"]


def test_item_that_comes_before_its_type(registry: Registry):
    """It is told of once there is a type, and the type does not suffer."""
    register_plugin_item(item_dict(plugin_class=Plain))

    register_plugin_type(type_dict())

    assert [str(error) for error in registry.rejected().values()] == [
        REFUSED.format(name="Plain")
    ]


# What the interface's own constructor takes


class Letter(ABC):
    def __init__(self, to: str, *, stamp: int = 0) -> None:
        self.to = to

    @abstractmethod
    def post(self) -> str: ...


class Airmail(Letter):
    def post(self) -> str:
        return f"by air to {self.to}"


class StampedMail(Letter):
    def __init__(self, to: str, stamp: int) -> None:
        super().__init__(to, stamp=stamp)

    def post(self) -> str:
        return f"to {self.to}"


class OddMail(Letter):
    def __init__(self, whom: str) -> None: ...

    def post(self) -> str: ...


@dataclass
class Parcel(ABC):
    to: str

    @abstractmethod
    def post(self) -> str: ...


@dataclass
class Box(Parcel):
    def post(self) -> str:
        return f"a box to {self.to}"


@pytest.fixture(params=[(Letter, Airmail), (Letter, StampedMail), (Parcel, Box)])
def letters(request, db) -> tuple[type, type]:
    """Declare a type whose interface takes arguments, and one item."""
    interface, plugin_class = request.param
    declare_letters(interface, plugin_class)
    return interface, plugin_class


def declare_letters(interface: type, plugin_class: type, **changes: object) -> None:
    register_plugin_type(type_dict(interface=interface, **changes))
    register_plugin_item(item_dict(plugin_class=plugin_class))
    sync()


def test_class_for_the_caller_to_make(letters):
    """Callers get the class, and give it what the interface takes."""
    _, plugin_class = letters
    row = PluginItem.objects.get(name="mail")

    assert get_plugin_class("sender", "tests.apps.otp") is plugin_class
    assert row.load_class() is plugin_class
    assert plugin_class(to="Toad", **stamp(plugin_class)).post().endswith("to Toad")


def stamp(plugin_class: type) -> dict[str, int]:
    return {"stamp": 1} if plugin_class is StampedMail else {}


def test_object_that_only_the_caller_can_make(letters):
    """Who asks for an object is told to ask for the class."""
    interface, plugin_class = letters
    row = PluginItem.objects.get(name="mail")
    asks = [
        lambda: get_plugin(interface),
        lambda: get_plugin_instance("sender", "tests.apps.otp"),
        row.load,
    ]

    for ask in asks:
        with pytest.raises(PluginNeedsArguments) as excinfo:
            ask()
        needed = ", ".join(map(repr, required_parameters(plugin_class)))
        assert str(excinfo.value) == (
            f"tests.test_constructors.{plugin_class.__name__} cannot be made without "
            f"{needed}, which its interface leaves to the caller. Get the class with "
            "get_plugin_class(), or load_class() of a row, and call it with them."
        )
        assert isinstance(excinfo.value, PluginSystemError)
        assert isinstance(excinfo.value, TypeError)


@pytest.mark.parametrize("get_plugin", [None, lambda type_: Airmail])
@pytest.mark.django_db(transaction=True)
def test_object_that_only_the_caller_can_make_in_async(get_plugin):
    """So is who awaits it, and whoever has chosen its class."""
    declare_letters(Letter, Airmail, get_plugin=get_plugin)

    with pytest.raises(PluginNeedsArguments, match="'to', which its interface leaves"):
        async_to_sync(aget_plugin)(Letter)


def test_argument_under_another_name():
    """A caller knows the names that the interface has."""
    register_plugin_type(type_dict(interface=Letter))

    with pytest.raises(DeclarationTypeError, match="OddMail cannot be made without"):
        register_plugin_item(item_dict(plugin_class=OddMail))


def test_type_error_of_a_constructor(db):
    """What goes wrong inside of it reaches the caller as it is."""

    class Failing(Fax):
        def __init__(self) -> None:
            len(3)  # type: ignore[arg-type]

    register_plugin_type(type_dict())
    register_plugin_item(item_dict(plugin_class=Failing))
    sync()

    for ask in (
        lambda: get_plugin(Sender),
        lambda: get_plugin_instance("sender", "tests.apps.otp"),
        PluginItem.objects.get(name="mail").load,
    ):
        with pytest.raises(TypeError, match=r"^object of type 'int' has no len\(\)$"):
            ask()
