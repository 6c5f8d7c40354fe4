"""What apps declare in code. Plain values: no settings, no database, no Django."""

from __future__ import annotations

import inspect
from abc import ABCMeta
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_origin

from .constructors import surplus_parameters
from .exceptions import DeclarationTypeError, DeclarationValueError
from .protocols import is_protocol, open_methods, why_uncheckable

# The columns that these values go into are that wide.
NAME_LENGTH = 100
PRIORITY_MIN, PRIORITY_MAX = -32768, 32767


class TypeKey(NamedTuple):
    """What identifies a plugin type."""

    name: str
    manager: str

    def __str__(self) -> str:
        return f"{self.manager}:{self.name}"


class ItemKey(NamedTuple):
    """What identifies a plugin item."""

    name: str
    module: str
    type: TypeKey

    def __str__(self) -> str:
        return f"{self.short} for {self.type}"

    @property
    def short(self) -> str:
        """How people read it where its type stands beside it."""
        return f"{self.module}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginTypeSpec:
    """A role that plugins can fill: an interface under a name."""

    name: str
    """What callers ask for, such as ``"otp"``; at most 100 characters."""

    manager: str
    """Dotted name of the app that provides the type; at most 100 characters."""

    interface: type
    """An abstract base class with at least one abstract method, or a Protocol."""

    description: str = ""
    """What the type is for, as operators read it."""

    get_plugin: Callable[..., Any] | None = field(default=None, compare=False)
    """Takes over selection: called with the PluginType and the caller's arguments."""

    def __post_init__(self) -> None:
        subject = f"Plugin type {self.name!r}"
        _keep_text(self, "name", "manager")
        _check_name(subject, "name", self.name)
        _check_name(subject, "manager", self.manager)
        _check_interface(subject, self.interface)
        _check_description(subject, self.description)
        if self.get_plugin is not None:
            _check_selector(subject, self.get_plugin)

    @property
    def key(self) -> TypeKey:
        return TypeKey(self.name, self.manager)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginItemSpec:
    """An implementation that can fill one plugin type."""

    name: str
    """What operators see, such as ``"sms_ir"``; at most 100 characters."""

    module: str
    """Dotted name of the app that provides the item; at most 100 characters."""

    type_name: str
    """Name of the plugin type it fills."""

    manager_name: str
    """The ``manager`` of the plugin type it fills."""

    plugin_class: type
    """The implementation: a concrete class that fits the type's interface."""

    priority: int = 0
    """Lower answers first; -32768 to 32767."""

    description: str = ""
    """What the item does, as operators read it."""

    def __post_init__(self) -> None:
        subject = f"Plugin item {self.name!r}"
        _keep_text(self, "name", "module", "type_name", "manager_name")
        _check_name(subject, "name", self.name)
        _check_name(subject, "module", self.module)
        _check_name(subject, "type_name", self.type_name)
        _check_name(subject, "manager_name", self.manager_name)
        _check_class(subject, self.plugin_class)
        _check_priority(subject, self.priority)
        _check_description(subject, self.description)

    @property
    def key(self) -> ItemKey:
        return ItemKey(self.name, self.module, self.type_key)

    @property
    def type_key(self) -> TypeKey:
        return TypeKey(self.type_name, self.manager_name)


def check_implements(
    item: PluginItemSpec, interface: type, *, named_by: str = ""
) -> None:
    """Raise DeclarationTypeError unless lookups can answer with the item's class.

    ``named_by`` says what has named the interface, where no plugin type has yet.
    """
    subject, name = f"Plugin item {item.name!r}", dotted(item.plugin_class)
    if not is_protocol(interface) and not issubclass(item.plugin_class, interface):
        source = named_by or f"the interface of plugin type {item.type_name!r}"
        other = "another interface" if named_by else "another type"
        raise DeclarationTypeError(
            f"{subject}: {name} is not a subclass of {dotted(interface)}, {source}. "
            f"Derive it from {interface.__name__}, or name {other}."
        )
    if missing := missing_methods(item.plugin_class, interface):
        raise DeclarationTypeError(
            f"{subject}: {name} {_why_unfit(interface)} "
            f"Implement: {', '.join(missing)}."
        )
    if surplus := surplus_parameters(item.plugin_class, interface):
        names = ", ".join(map(repr, surplus))
        raise DeclarationTypeError(
            f"{subject}: {name} cannot be made without {names}, but a lookup makes it "
            "without arguments. Give each a default, or have the constructor find its "
            "value, as in the settings. What callers are to pass belongs into the "
            f"constructor of {interface.__name__}, under the same name: then they get "
            "the class with get_plugin_class()."
        )


def missing_methods(plugin_class: type, interface: type) -> list[str]:
    """Return the names of the promised methods that the class leaves open, sorted."""
    if is_protocol(interface):
        return open_methods(plugin_class, interface)
    # A virtual subclass (ABC.register) has no __abstractmethods__ of its own.
    promised = interface.__abstractmethods__ | getattr(  # type: ignore[attr-defined]
        plugin_class, "__abstractmethods__", frozenset()
    )
    return sorted(name for name in promised if _is_open(plugin_class, name))


def dotted(obj: Any) -> str:
    """Return where an object was defined, such as ``"apps.otp.interfaces.OTP"``."""
    name = getattr(obj, "__qualname__", None)
    return f"{obj.__module__}.{name}" if name else repr(obj)


def _why_unfit(interface: type) -> str:
    if is_protocol(interface):
        return f"lacks methods that {dotted(interface)} promises."
    return "is still abstract, so it could never be instantiated."


def _is_open(plugin_class: type, name: str) -> bool:
    missing = object()
    method = getattr(plugin_class, name, missing)
    return method is missing or getattr(method, "__isabstractmethod__", False)


def _keep_text(spec: object, *names: str) -> None:
    """Take strings of other kinds, such as members of an Enum, for what they say."""
    for name in names:
        value = getattr(spec, name)
        if isinstance(value, str):
            object.__setattr__(spec, name, str.__str__(value))


def _check_name(subject: str, key: str, value: object) -> None:
    if not isinstance(value, str):
        raise DeclarationTypeError(
            f"{subject}: {key} is {value!r}, which is not a string."
        )
    if not value.strip():
        raise DeclarationValueError(f"{subject}: {key} is empty.")
    if len(value) > NAME_LENGTH:
        raise DeclarationValueError(
            f"{subject}: {key} has {len(value)} characters, {NAME_LENGTH} is the most: "
            f"{value!r}. Choose a shorter one."
        )


def _check_description(subject: str, value: object) -> None:
    # A lazy translation is no str; str() of it is what the row will hold.
    if value is None or isinstance(value, bytes | int | float | type):
        raise DeclarationTypeError(
            f"{subject}: description is {value!r}, which is not a string."
        )


def _check_interface(subject: str, interface: object) -> None:
    if isinstance(origin := get_origin(interface), type):
        raise DeclarationTypeError(
            f"{subject}: interface is {interface!r}, which is no class, but an alias "
            f"of one. Pass the class itself: {origin.__name__}."
        )
    if not isinstance(interface, type):
        raise DeclarationTypeError(
            f"{subject}: interface is {interface!r}, which is not a class. Pass the "
            "class itself, neither its name nor an object of it."
        )
    if not isinstance(interface, ABCMeta):
        raise DeclarationTypeError(
            f"{subject}: interface is {_shown(interface)}, which is not an abstract "
            "base class. Derive it from abc.ABC."
        )
    if is_protocol(interface):
        if reason := why_uncheckable(interface):
            raise DeclarationTypeError(
                f"{subject}: interface {dotted(interface)} is a Protocol for type "
                f"checkers only: {reason}. Decorate it with @runtime_checkable, below "
                "all else, and let it promise methods only; or derive it from abc.ABC."
            )
    elif not inspect.isabstract(interface):
        raise DeclarationTypeError(
            f"{subject}: interface {dotted(interface)} has no abstract methods, so "
            "it promises nothing. Mark at least one method with @abstractmethod."
        )


def _check_selector(subject: str, selector: object) -> None:
    if not callable(selector):
        raise DeclarationTypeError(
            f"{subject}: get_plugin is {selector!r}, which cannot be called. "
            "Pass a function that takes the PluginType, or leave it out."
        )
    call = getattr(type(selector), "__call__", None)  # noqa: B004  # it may be async
    if inspect.iscoroutinefunction(selector) or inspect.iscoroutinefunction(call):
        raise DeclarationTypeError(
            f"{subject}: get_plugin {dotted(selector)} is a coroutine function. "
            "Selection is synchronous; pass a plain function."
        )
    if not _takes_an_argument(selector):
        raise DeclarationTypeError(
            f"{subject}: get_plugin {dotted(selector)} takes no positional argument, "
            "but is called with the PluginType. Pass a function that takes it, or "
            "leave it out."
        )


def _takes_an_argument(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        # One that Python cannot look into, such as of C.
        return True
    kinds = {each.kind for each in parameters}
    return bool(
        kinds
        & {
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.VAR_POSITIONAL,
        }
    )


def _check_class(subject: str, plugin_class: object) -> None:
    if not isinstance(plugin_class, type):
        raise DeclarationTypeError(
            f"{subject}: plugin_class is {plugin_class!r}, which is not a class. "
            "Pass the class itself, neither its name nor an object of it."
        )
    if is_protocol(plugin_class):
        raise DeclarationTypeError(
            f"{subject}: {dotted(plugin_class)} is a Protocol, of which Python makes "
            "no objects. Leave Protocol out of its bases."
        )


def _check_priority(subject: str, priority: object) -> None:
    if not isinstance(priority, int) or isinstance(priority, bool):
        raise DeclarationTypeError(
            f"{subject}: priority is {priority!r}, which is not an int."
        )
    if not PRIORITY_MIN <= priority <= PRIORITY_MAX:
        raise DeclarationValueError(
            f"{subject}: priority is {priority}, which is outside "
            f"{PRIORITY_MIN}..{PRIORITY_MAX}."
        )


def _shown(obj: object) -> str:
    return dotted(obj) if isinstance(obj, type) else repr(obj)
