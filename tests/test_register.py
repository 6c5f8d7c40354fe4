"""The ways into the registry, and what each says of a mistake."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from enum import Enum
from typing import Generic, Protocol, TypeVar, runtime_checkable

import pytest
from django.utils.translation import gettext_lazy

from django_plugin_system.exceptions import (
    AlreadyRegistered,
    DeclarationKeyError,
    DeclarationTypeError,
    DeclarationValueError,
    PluginSystemError,
    RegistrationError,
)
from django_plugin_system.helpers import get_plugin
from django_plugin_system.register import (
    owner_of,
    plugin,
    plugin_type,
    register_plugin_item,
    register_plugin_type,
)
from django_plugin_system.registry import Registry
from django_plugin_system.specs import ItemKey, TypeKey
from django_plugin_system.sync import sync
from tests.declared import (
    Fax,
    HalfDone,
    Mail,
    OtherInterface,
    Sender,
    Unrelated,
    item_dict,
    type_dict,
)

SENDER = TypeKey("sender", "tests.apps.otp")
MAIL = ItemKey("mail", "tests.apps.otp_sms", SENDER)


T = TypeVar("T")


class Shape(Protocol):
    def send(self) -> None: ...


@runtime_checkable
class ShapeWithData(Protocol):
    size: int

    def send(self) -> None: ...


@runtime_checkable
class NoShape(Protocol):
    pass


class Channel(ABC, Generic[T]):
    @abstractmethod
    def put(self, value: T) -> None: ...


class Numbers(Channel[int]):
    def put(self, value: int) -> None: ...


class Promising(Sender):
    """An interface may extend another one."""


async def selects_in_async(plugin_type: object) -> None:
    """A get_plugin that selection could not await."""


class SelectsInAsync:
    async def __call__(self, plugin_type: object) -> None: ...

    def __repr__(self) -> str:
        return "<SelectsInAsync>"


# The seed's dict calls


def test_type_by_dict(registry: Registry):
    """The seed's keys make a plugin type; two of them may be left out."""
    register_plugin_type(type_dict())

    spec = registry.get_type(*SENDER)
    assert (spec.interface, spec.description, spec.get_plugin) == (Sender, "", None)


def test_item_by_dict(registry: Registry):
    """The seed's keys make a plugin item; priority and description may be left out."""
    register_plugin_type(type_dict())

    register_plugin_item(item_dict())

    spec = registry.find_item(MAIL)
    assert spec is not None
    assert (spec.plugin_class, spec.priority, spec.description) == (Mail, 0, "")


def test_none_means_left_out(registry: Registry):
    """Optional keys may say None, as 1.x allowed."""
    register_plugin_type(type_dict(description=None, get_plugin=None))
    register_plugin_item(item_dict(description=None, priority=None))

    spec = registry.find_item(MAIL)
    assert spec is not None
    assert (spec.priority, spec.description) == (0, "")


def test_lazy_description(registry: Registry):
    """A translation that is not made yet is a description like any other."""
    register_plugin_type(type_dict(description=gettext_lazy("Sends")))

    assert str(registry.get_type(*SENDER).description) == "Sends"


def test_order_is_free(registry: Registry):
    """An item may come before its type."""
    register_plugin_item(item_dict())
    before = registry.find_item(MAIL)

    register_plugin_type(type_dict())

    assert before is None
    assert registry.find_item(MAIL) is not None


def test_twice_is_harmless(registry: Registry):
    """Registering the same again changes nothing; new values replace the old ones."""
    for priority in (1, 1, 2):
        register_plugin_type(type_dict())
        register_plugin_item(item_dict(priority=priority))

    spec = registry.find_item(MAIL)
    assert spec is not None
    assert spec.priority == 2
    assert [item.key for item in registry.items()].count(MAIL) == 1


def test_again_without_get_plugin(registry: Registry):
    """Whoever registers a type plainly takes no get_plugin away, in either order."""
    register_plugin_type(type_dict(get_plugin=len))

    register_plugin_type(type_dict())

    assert registry.get_type(*SENDER).get_plugin is len


TYPE_MISTAKES = [
    pytest.param(
        {"interface": Unrelated},
        DeclarationTypeError,
        "Plugin type 'sender': interface is tests.declared.Unrelated, which is not an "
        "abstract base class. Derive it from abc.ABC.",
        id="no-abc",
    ),
    pytest.param(
        {"get_plugin": lambda *, user: None},
        DeclarationTypeError,
        "Plugin type 'sender': get_plugin tests.test_register.<lambda> takes no "
        "positional argument, but is called with the PluginType. Pass a function that "
        "takes it, or leave it out.",
        id="takes-no-argument",
    ),
    pytest.param(
        {"interface": "Sender"},
        DeclarationTypeError,
        "Plugin type 'sender': interface is 'Sender', which is not a class. Pass the "
        "class itself, neither its name nor an object of it.",
        id="no-class",
    ),
    pytest.param(
        {"interface": Channel[int]},
        DeclarationTypeError,
        "Plugin type 'sender': interface is tests.test_register.Channel[int], which is "
        "no class, but an alias of one. Pass the class itself: Channel.",
        id="alias",
    ),
    pytest.param(
        {"interface": Shape},
        DeclarationTypeError,
        "Plugin type 'sender': interface tests.test_register.Shape is a Protocol for "
        "type checkers only: Instance and class checks can only be used with "
        "@runtime_checkable protocols. Decorate it with @runtime_checkable, below all "
        "else, and let it promise methods only; or derive it from abc.ABC.",
        id="protocol",
    ),
    pytest.param(
        {"interface": ShapeWithData},
        DeclarationTypeError,
        "Plugin type 'sender': interface tests.test_register.ShapeWithData is a "
        "Protocol for type checkers only: Protocols with non-method members don't "
        "support issubclass()"
        + (". Non-method members: 'size'" if sys.version_info >= (3, 13) else "")
        + ". Decorate it with @runtime_checkable, below all else, and let it promise "
        "methods only; or derive it from abc.ABC.",
        id="protocol-with-data",
    ),
    pytest.param(
        {"interface": NoShape},
        DeclarationTypeError,
        "Plugin type 'sender': interface tests.test_register.NoShape is a Protocol for "
        "type checkers only: it promises nothing. Decorate it with @runtime_checkable, "
        "below all else, and let it promise methods only; or derive it from abc.ABC.",
        id="protocol-without-methods",
    ),
    pytest.param(
        {"interface": Mail},
        DeclarationTypeError,
        "Plugin type 'sender': interface tests.declared.Mail has no abstract methods, "
        "so it promises nothing. Mark at least one method with @abstractmethod.",
        id="nothing-abstract",
    ),
    pytest.param(
        {"name": 7},
        DeclarationTypeError,
        "Plugin type 7: name is 7, which is not a string.",
        id="name-no-string",
    ),
    pytest.param(
        {"name": " "},
        DeclarationValueError,
        "Plugin type ' ': name is empty.",
        id="name-empty",
    ),
    pytest.param(
        {"manager": "m" * 101},
        DeclarationValueError,
        "Plugin type 'sender': manager has 101 characters, 100 is the most: "
        f"'{'m' * 101}'. Choose a shorter one.",
        id="manager-too-long",
    ),
    pytest.param(
        {"description": 7},
        DeclarationTypeError,
        "Plugin type 'sender': description is 7, which is not a string.",
        id="description",
    ),
    pytest.param(
        {"get_plugin": "first"},
        DeclarationTypeError,
        "Plugin type 'sender': get_plugin is 'first', which cannot be called. Pass a "
        "function that takes the PluginType, or leave it out.",
        id="get-plugin-no-callable",
    ),
    pytest.param(
        {"get_plugin": selects_in_async},
        DeclarationTypeError,
        "Plugin type 'sender': get_plugin tests.test_register.selects_in_async is a "
        "coroutine function. Selection is synchronous; pass a plain function.",
        id="get-plugin-async",
    ),
    pytest.param(
        {"get_plugin": SelectsInAsync()},
        DeclarationTypeError,
        "Plugin type 'sender': get_plugin <SelectsInAsync> is a coroutine function. "
        "Selection is synchronous; pass a plain function.",
        id="get-plugin-object-async",
    ),
    pytest.param(
        {"interface": ...},
        DeclarationKeyError,
        "register_plugin_type(): 'sender' lacks 'interface'. "
        "Required are 'interface', 'manager', 'name'.",
        id="missing-key",
    ),
    pytest.param(
        {"managr": "x"},
        DeclarationKeyError,
        "register_plugin_type(): 'sender' has unknown keys 'managr'. "
        "Known are 'description', 'get_plugin', 'interface', 'manager', 'name'.",
        id="unknown-key",
    ),
]


@pytest.mark.parametrize(("changes", "error", "message"), TYPE_MISTAKES)
def test_type_mistakes(registry: Registry, changes, error, message):
    """A wrong plugin type fails at its call, and leaves no trace."""
    known = registry.types()

    with pytest.raises(error) as excinfo:
        register_plugin_type(type_dict(**changes))

    assert str(excinfo.value) == message
    assert registry.types() == known


ITEM_MISTAKES = [
    pytest.param(
        {"plugin_class": Unrelated},
        DeclarationTypeError,
        "Plugin item 'mail': tests.declared.Unrelated is not a subclass of "
        "tests.declared.Sender, the interface of plugin type 'sender'. "
        "Derive it from Sender, or name another type.",
        id="no-subclass",
    ),
    pytest.param(
        {"plugin_class": HalfDone},
        DeclarationTypeError,
        "Plugin item 'mail': tests.declared.HalfDone is still abstract, so it could "
        "never be instantiated. Implement: close.",
        id="still-abstract",
    ),
    pytest.param(
        {"plugin_class": Sender},
        DeclarationTypeError,
        "Plugin item 'mail': tests.declared.Sender is still abstract, so it could "
        "never be instantiated. Implement: close, send.",
        id="the-interface-itself",
    ),
    pytest.param(
        {"plugin_class": "tests.declared.Mail"},
        DeclarationTypeError,
        "Plugin item 'mail': plugin_class is 'tests.declared.Mail', which is not a "
        "class. Pass the class itself, neither its name nor an object of it.",
        id="no-class",
    ),
    pytest.param(
        {"priority": 32768},
        DeclarationValueError,
        "Plugin item 'mail': priority is 32768, which is outside -32768..32767.",
        id="priority-too-high",
    ),
    pytest.param(
        {"priority": -32769},
        DeclarationValueError,
        "Plugin item 'mail': priority is -32769, which is outside -32768..32767.",
        id="priority-too-low",
    ),
    pytest.param(
        {"priority": "5"},
        DeclarationTypeError,
        "Plugin item 'mail': priority is '5', which is not an int.",
        id="priority-string",
    ),
    pytest.param(
        {"priority": True},
        DeclarationTypeError,
        "Plugin item 'mail': priority is True, which is not an int.",
        id="priority-bool",
    ),
    pytest.param(
        {"name": "n" * 101},
        DeclarationValueError,
        f"Plugin item '{'n' * 101}': name has 101 characters, 100 is the most: "
        f"'{'n' * 101}'. Choose a shorter one.",
        id="name-too-long",
    ),
    pytest.param(
        {"module": "m" * 101},
        DeclarationValueError,
        "Plugin item 'mail': module has 101 characters, 100 is the most: "
        f"'{'m' * 101}'. Choose a shorter one.",
        id="module-too-long",
    ),
    pytest.param(
        {"plugin_class": ..., "module": ...},
        DeclarationKeyError,
        "register_plugin_item(): 'mail' lacks 'module', 'plugin_class'. Required are "
        "'manager_name', 'module', 'name', 'plugin_class', 'type_name'.",
        id="missing-keys",
    ),
    pytest.param(
        {"prio": 1},
        DeclarationKeyError,
        "register_plugin_item(): 'mail' has unknown keys 'prio'. Known are "
        "'description', 'manager_name', 'module', 'name', 'plugin_class', "
        "'priority', 'type_name'.",
        id="unknown-key",
    ),
]


@pytest.mark.parametrize(("changes", "error", "message"), ITEM_MISTAKES)
def test_item_mistakes(registry: Registry, changes, error, message):
    """A wrong plugin item fails at its call, and leaves no trace."""
    register_plugin_type(type_dict())
    known = registry.items()

    with pytest.raises(error) as excinfo:
        register_plugin_item(item_dict(**changes))

    assert str(excinfo.value) == message
    assert registry.items() == known
    assert registry.unresolved() == []


def test_no_dict():
    """A call with something else says so."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        register_plugin_type(Sender)  # type: ignore[arg-type]

    assert str(excinfo.value) == (
        "register_plugin_type() takes a dict, not <class 'tests.declared.Sender'>."
    )


def test_virtual_subclass_has_to_keep_the_promise():
    """ABC.register() alone makes no implementation."""

    class Plain:
        def send(self, text: str) -> str:
            return text

    OtherInterface.register(Plain)
    register_plugin_type(type_dict(interface=OtherInterface))

    with pytest.raises(DeclarationTypeError, match=r"Implement: run\.$"):
        register_plugin_item(item_dict(plugin_class=Plain))


def test_methods_from_a_mixin_count(registry: Registry):
    """What a base that knows nothing of the interface implements is implemented."""

    class Closing:
        def close(self) -> None:
            """Nothing to close."""

    class Whole(Closing, HalfDone):
        pass

    register_plugin_type(type_dict())

    register_plugin_item(item_dict(plugin_class=Whole))

    assert registry.find_item(MAIL) is not None


def test_same_type_key_with_another_interface():
    """Both interfaces are named, and the first one stays."""
    register_plugin_type(type_dict())

    with pytest.raises(AlreadyRegistered) as excinfo:
        register_plugin_type(type_dict(interface=OtherInterface))

    assert str(excinfo.value) == (
        "Plugin type 'sender' of 'tests.apps.otp' is already registered with interface "
        "tests.declared.Sender, so tests.declared.OtherInterface cannot take its "
        "place. Give one of them another name."
    )


def test_same_item_key_with_another_class():
    """Both classes are named, and the first one stays."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict())

    with pytest.raises(AlreadyRegistered) as excinfo:
        register_plugin_item(item_dict(plugin_class=Fax))

    assert str(excinfo.value) == (
        "Plugin item 'mail' of 'tests.apps.otp_sms' for plugin type 'sender' is "
        "already registered with tests.declared.Mail, so tests.declared.Fax cannot "
        "take its place. Give one of them another name."
    )


def test_one_name_for_types_of_two_managers(registry: Registry):
    """The manager is part of the key, for types and for their items."""
    for manager in ("tests.apps.otp", "tests.apps.otp_voice"):
        register_plugin_type(type_dict(manager=manager))
        register_plugin_item(item_dict(manager_name=manager))

    assert len([item for item in registry.items() if item.name == "mail"]) == 2


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (DeclarationKeyError, KeyError),
        (DeclarationKeyError, TypeError),
        (DeclarationTypeError, TypeError),
        (DeclarationValueError, ValueError),
        (AlreadyRegistered, ValueError),
    ],
)
def test_errors_are_also_builtins(error, builtin):
    """Code that catches the builtin, or everything of ours, goes on working."""
    assert issubclass(error, builtin)
    assert issubclass(error, RegistrationError)
    assert issubclass(error, PluginSystemError)


# An item that was registered before its type


def test_early_item_that_does_not_fit(registry: Registry):
    """The item is dropped and remembered; the type does not suffer."""
    register_plugin_item(item_dict(plugin_class=Unrelated))

    register_plugin_type(type_dict())

    assert registry.find_item(MAIL) is None
    assert [(source, str(error)) for source, error in registry.rejected().items()] == [
        (
            "Plugin item tests.apps.otp_sms:mail for tests.apps.otp:sender",
            "Plugin item 'mail': tests.declared.Unrelated is not a subclass of "
            "tests.declared.Sender, the interface of plugin type 'sender'. "
            "Derive it from Sender, or name another type.",
        )
    ]


def test_unresolved_item(registry: Registry):
    """An item whose type nobody registers is listed with the closest type."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(type_name="sendr"))

    (unresolved,) = registry.unresolved()

    assert (unresolved.item, unresolved.wanted, unresolved.suggestion) == (
        "tests.apps.otp_sms:mail for tests.apps.otp:sendr",
        "tests.apps.otp:sendr",
        "tests.apps.otp:sender",
    )
    assert registry.find_item(ItemKey("mail", "tests.apps.otp_sms", SENDER)) is None


# The decorators


def test_decorators(registry: Registry):
    """Manager and module are the app that the class belongs to."""
    otp = registry.get_type("otp", "tests.apps.otp")
    voice = [item for item in registry.items() if item.name == "sms_ir"]

    assert otp.description == "One-time password delivery"
    assert [(item.module, item.priority, item.description) for item in voice] == [
        ("tests.apps.otp_sms", 10, "By SMS")
    ]


def test_decorators_with_owners_named(registry: Registry):
    """Manager and module can be given instead."""
    plugin_type("sender", manager="tests.apps.otp")(Sender)
    plugin(Sender, "mail", module="tests.apps.otp_sms", priority=3)(Mail)

    spec = registry.find_item(MAIL)
    assert spec is not None
    assert spec.priority == 3


def test_decorators_give_the_class_back():
    """A decorated class is the class."""
    assert plugin_type("sender")(Sender) is Sender
    assert plugin(Sender, "mail")(Mail) is Mail


def test_decorated_item_before_its_type(registry: Registry):
    """The item waits for a type with its interface."""
    plugin(Sender, "mail", module="tests.apps.otp_sms")(Mail)
    waiting = registry.unresolved()

    register_plugin_type(type_dict())

    assert [(item.item, item.wanted, item.suggestion) for item in waiting] == [
        ("tests.declared.Mail, 'mail'", "tests.declared.Sender", None)
    ]
    assert registry.find_item(MAIL) is not None
    assert registry.unresolved() == []


def test_decorated_item_is_checked_at_once():
    """Waiting for its type does not delay what can be said already."""
    with pytest.raises(DeclarationTypeError, match=r"Implement: close\.$"):
        plugin(Sender, "half")(HalfDone)
    with pytest.raises(DeclarationValueError, match="priority is 40000"):
        plugin(Sender, "mail", priority=40000)(Mail)


def test_decorated_item_that_comes_to_collide(registry: Registry):
    """Two classes wait under one key: the first gets it, the other is rejected."""
    plugin(Sender, "mail", module="tests.apps.otp_sms")(Mail)
    plugin(Sender, "mail", module="tests.apps.otp_sms")(Fax)

    register_plugin_type(type_dict())

    spec = registry.find_item(MAIL)
    assert spec is not None
    assert spec.plugin_class is Mail
    assert [type(error) for error in registry.rejected().values()] == [
        AlreadyRegistered
    ]


def test_decorator_with_an_interface_of_two_types():
    """Which type is meant cannot be guessed."""
    register_plugin_type(type_dict())
    register_plugin_type(type_dict(name="backup"))

    with pytest.raises(RegistrationError) as excinfo:
        plugin(Sender, "mail")(Mail)

    assert str(excinfo.value) == (
        "Interface tests.declared.Sender belongs to more than one plugin type: "
        "'backup' of 'tests.apps.otp' and 'sender' of 'tests.apps.otp'. "
        "Say which by name and manager."
    )


BARE = [
    pytest.param(
        lambda: plugin_type(Sender),
        '@plugin_type: got only tests.declared.Sender. Write @plugin_type("name") '
        "above the class.",
        id="bare-plugin-type",
    ),
    pytest.param(
        lambda: plugin_type(description="Sends"),
        "@plugin_type: missing a required argument: 'name'. Write "
        '@plugin_type("name") above the class.',
        id="plugin-type-without-name",
    ),
    pytest.param(
        lambda: plugin_type("sender", "Sends"),
        "@plugin_type: too many positional arguments. Write "
        '@plugin_type("name") above the class.',
        id="plugin-type-with-too-much",
    ),
    pytest.param(
        lambda: plugin(Mail),
        "@plugin: got only tests.declared.Mail. Write "
        '@plugin(Interface, "name") above the class.',
        id="bare-plugin",
    ),
    pytest.param(
        lambda: plugin(),
        "@plugin: missing a required argument: 'interface'. Write "
        '@plugin(Interface, "name") above the class.',
        id="plugin-without-arguments",
    ),
]


@pytest.mark.parametrize(("use", "message"), BARE)
def test_decorator_without_its_arguments(registry: Registry, use, message):
    """It says how it is written, rather than take the class's place."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        use()

    assert str(excinfo.value) == message


def test_decorated_class_that_is_no_subclass():
    """The interface is named as the decorator has it; its type need not be known."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        plugin(Sender, "mail")(Unrelated)

    assert str(excinfo.value) == (
        "Plugin item 'mail': tests.declared.Unrelated is not a subclass of "
        "tests.declared.Sender, which @plugin names. Derive it from Sender, or name "
        "another interface."
    )


def test_decorator_with_a_generic_interface(registry: Registry):
    """What counts is the class; the arguments are for type checkers."""
    plugin_type("numbers", manager="tests.apps.otp")(Channel)

    plugin(Channel[int], "numbers")(Numbers)

    assert Numbers in [item.plugin_class for item in registry.items()]
    assert registry.get_type_with(Channel[int]).interface is Channel


def test_decorator_without_its_interface():
    """@plugin("sms_ir") is an easy slip."""
    with pytest.raises(DeclarationTypeError) as excinfo:
        plugin("sender", "mail")  # type: ignore[arg-type]

    assert str(excinfo.value) == (
        "Plugin item 'mail': 'sender' is not a class. Use @plugin(Interface, name) "
        "with the interface of the plugin type."
    )


def test_owner_of_a_class_outside_any_app():
    """It is the package of its module, or a top-level module itself."""
    top_level = type("TopLevel", (), {"__module__": "acme"})

    assert owner_of(Sender) == "tests"
    assert owner_of(top_level) == "acme"


# Protocols


@runtime_checkable
class Speaking(Protocol):
    def speak(self, words: str) -> str: ...

    def shout(self, words: str) -> str:
        return self.speak(words.upper())

    async def hum(self) -> None:
        """Without words."""

    @property
    def name(self) -> str: ...


@runtime_checkable
class Talking(Protocol):
    def speak(self, words: str) -> str: ...

    def shout(self, words: str) -> str:
        return self.speak(words.upper())

    async def hum(self) -> None:
        """Without words."""


class Parrot:
    """It knows nothing of any interface."""

    def speak(self, words: str) -> str:
        return words

    shout = speak

    async def hum(self) -> None: ...


class Cat:
    def speak(self, words: str) -> str:
        return "miaow"

    hum = None


class Heir(Talking):
    """It derives from the protocol, and implements nothing."""


class Dog(Talking):
    def speak(self, words: str) -> str:
        return "bark"

    async def hum(self) -> None: ...


@pytest.mark.parametrize("plugin_class", [Parrot, Dog])
@pytest.mark.django_db
def test_protocol(registry: Registry, plugin_class):
    """Whatever has its methods implements it; those with a body can be inherited."""
    plugin_type("talking", manager="tests.apps.otp")(Talking)
    plugin(Talking, "it", module="tests.apps.otp")(plugin_class)
    sync()

    found = get_plugin(Talking)

    assert type(found) is plugin_class
    assert isinstance(found, Talking)


@pytest.mark.parametrize(
    ("plugin_class", "missing"),
    [(Cat, "hum, shout"), (Heir, "hum, speak"), (Unrelated, "hum, shout, speak")],
)
def test_protocol_that_is_not_implemented(plugin_class, missing):
    """What is missing is named, also where it is inherited, but does nothing."""
    plugin_type("talking", manager="tests.apps.otp")(Talking)

    with pytest.raises(DeclarationTypeError) as excinfo:
        plugin(Talking, "it")(plugin_class)

    assert str(excinfo.value) == (
        f"Plugin item 'it': {plugin_class.__module__}.{plugin_class.__name__} lacks "
        "methods that tests.test_register.Talking promises. "
        f"Implement: {missing}."
    )


def test_protocol_with_a_property():
    """It is no method, so a class cannot be asked for it."""
    with pytest.raises(DeclarationTypeError, match="is a Protocol for type checkers"):
        plugin_type("speaking", manager="tests.apps.otp")(Speaking)


def test_protocol_of_a_protocol(registry: Registry):
    """What it inherits is promised as well."""

    @plugin_type("both", manager="tests.apps.otp")
    @runtime_checkable
    class Both(Talking, Protocol[T]):
        def sing(self, song: T) -> None: ...

        @staticmethod
        def rest() -> None: ...

    with pytest.raises(DeclarationTypeError, match=r"Implement: rest, sing\.$"):
        plugin(Both, "it")(Parrot)


def test_class_that_derives_from_a_protocol_and_abc(registry: Registry):
    """It is an abstract base class like any other, and has to be derived from."""

    class Loud(Talking, ABC):
        @abstractmethod
        def roar(self) -> None: ...

    plugin_type("loud", manager="tests.apps.otp")(Loud)

    with pytest.raises(DeclarationTypeError, match="Parrot is not a subclass of"):
        plugin(Loud, "it")(Parrot)


def test_a_protocol_is_no_item():
    """Python makes no objects of one."""

    @runtime_checkable
    class Postal(Protocol):
        def post(self) -> None: ...

    plugin_type("postal", manager="tests.apps.otp")(Postal)

    with pytest.raises(DeclarationTypeError) as excinfo:

        @plugin(Postal, "sub", module="tests.apps.otp")
        class Sub(Postal, Protocol):
            def post(self) -> None: ...

    assert str(excinfo.value).endswith(
        "Sub is a Protocol, of which Python makes no objects. Leave Protocol out of "
        "its bases."
    )


def test_a_rule_that_python_cannot_look_into(registry: Registry):
    """Such as one that is written in C; it is taken at its word."""
    register_plugin_type(type_dict(get_plugin=min))

    assert registry.get_type("sender", "tests.apps.otp").get_plugin is min


def test_names_that_are_members_of_an_enum(registry: Registry):
    """They are taken for what they say."""

    class Name(str, Enum):  # noqa: UP042  # its str() is not its value
        MAIL = "mail"

    register_plugin_type(type_dict(name=Name.MAIL))

    assert str(registry.get_type("mail", "tests.apps.otp").key) == "tests.apps.otp:mail"
    assert type(registry.get_type("mail", "tests.apps.otp").name) is str
