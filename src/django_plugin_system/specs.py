"""What apps declare in code. Plain values: no settings, no database, no Django."""

from __future__ import annotations

import inspect
from abc import ABCMeta
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .exceptions import DeclarationTypeError, DeclarationValueError

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
    """An abstract base class with at least one abstract method."""

    description: str = ""
    """What the type is for, as operators read it."""

    get_plugin: Callable[..., Any] | None = field(default=None, compare=False)
    """Takes over selection: called with the PluginType and the caller's arguments."""

    def __post_init__(self) -> None:
        subject = f"Plugin type {self.name!r}"
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
    """The implementation: a concrete subclass of the type's interface."""

    priority: int = 0
    """Lower answers first; -32768 to 32767."""

    description: str = ""
    """What the item does, as operators read it."""

    def __post_init__(self) -> None:
        subject = f"Plugin item {self.name!r}"
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


def check_implements(item: PluginItemSpec, interface: type) -> None:
    """Raise DeclarationTypeError unless the item's class implements the interface."""
    name = dotted(item.plugin_class)
    if not issubclass(item.plugin_class, interface):
        raise DeclarationTypeError(
            f"Plugin item {item.name!r}: {name} is not a subclass of "
            f"{dotted(interface)}, the interface of plugin type {item.type_name!r}. "
            f"Derive it from {interface.__name__}, or name another type."
        )
    if missing := missing_methods(item.plugin_class, interface):
        raise DeclarationTypeError(
            f"Plugin item {item.name!r}: {name} is still abstract, so it could never "
            f"be instantiated. Implement: {', '.join(missing)}."
        )


def missing_methods(plugin_class: type, interface: type) -> list[str]:
    """Return the names of the abstract methods that the class leaves open, sorted."""
    # A virtual subclass (ABC.register) has no __abstractmethods__ of its own.
    promised = interface.__abstractmethods__ | getattr(  # type: ignore[attr-defined]
        plugin_class, "__abstractmethods__", frozenset()
    )
    return sorted(name for name in promised if _is_open(plugin_class, name))


def dotted(obj: Any) -> str:
    """Return where an object was defined, such as ``"apps.otp.interfaces.OTP"``."""
    name = getattr(obj, "__qualname__", None)
    return f"{obj.__module__}.{name}" if name else repr(obj)


def _is_open(plugin_class: type, name: str) -> bool:
    missing = object()
    method = getattr(plugin_class, name, missing)
    return method is missing or getattr(method, "__isabstractmethod__", False)


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
    # A Protocol has ABCMeta's methods, but issubclass() refuses most of them.
    if not isinstance(interface, ABCMeta) or getattr(interface, "_is_protocol", False):
        raise DeclarationTypeError(
            f"{subject}: interface is {_shown(interface)}, which is not an abstract "
            "base class. Derive it from abc.ABC."
        )
    if not inspect.isabstract(interface):
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
    if inspect.iscoroutinefunction(selector):
        raise DeclarationTypeError(
            f"{subject}: get_plugin {dotted(selector)} is a coroutine function. "
            "Selection is synchronous; pass a plain function."
        )


def _check_class(subject: str, plugin_class: object) -> None:
    if not isinstance(plugin_class, type):
        raise DeclarationTypeError(
            f"{subject}: plugin_class is {plugin_class!r}, which is not a class. "
            "Pass the class itself, neither its name nor an object of it."
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
