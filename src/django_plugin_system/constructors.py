"""What a class has to be given when it is called. Plain Python, without Django."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partialmethod
from inspect import Parameter, Signature
from typing import Any

from .exceptions import PluginNeedsArguments

ANYTHING = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}


def required_parameters(plugin_class: type) -> list[str]:
    """Return which arguments a call of the class cannot do without, in order.

    What Python cannot tell, as of classes that are written in C, counts as nothing.
    """
    return [
        name
        for name, parameter in _parameters(plugin_class).items()
        if parameter.default is Parameter.empty and parameter.kind not in ANYTHING
    ]


def surplus_parameters(plugin_class: type, interface: type) -> list[str]:
    """Return the required ones that the constructor of the interface does not take.

    What the interface's own constructor takes is the caller's to give.
    """
    given = _parameters(interface)
    return [name for name in required_parameters(plugin_class) if name not in given]


def make(plugin_class: type) -> Any:
    """Return a new object of the class, or raise PluginNeedsArguments."""
    try:
        return plugin_class()
    except TypeError:
        ensure_callable_without_arguments(plugin_class)
        raise


def ensure_callable_without_arguments(plugin_class: type) -> None:
    """Raise PluginNeedsArguments if the class cannot be called without arguments."""
    if needed := required_parameters(plugin_class):
        names = ", ".join(map(repr, needed))
        raise PluginNeedsArguments(
            f"{plugin_class.__module__}.{plugin_class.__qualname__} cannot be made "
            f"without {names}, which its interface leaves to the caller. Get the class "
            "with get_plugin_class(), or load_class() of a row, and call it with them."
        ) from None


def _parameters(plugin_class: type) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for signature in _signatures(plugin_class):
        for name, parameter in signature.parameters.items():
            # __new__ and __init__ get the same arguments, so the stricter one counts.
            if name not in found or parameter.default is Parameter.empty:
                found[name] = parameter
    return found


def _signatures(plugin_class: type) -> Iterator[Signature]:
    if "__signature__" in vars(plugin_class):
        # Given by who knows better, such as pydantic.
        signature = plugin_class.__signature__  # type: ignore[attr-defined]
        if isinstance(signature, Signature):
            yield signature
            return
    call = _own(type(plugin_class), "__call__")
    if call is not None:
        # A metaclass passes on what it likes; only what it asks for itself is certain.
        yield from _signature(call, follow=False)
        return
    for name in ("__new__", "__init__"):
        function = _own(plugin_class, name)
        if function is not None:
            yield from _signature(function, follow=True)


def _own(cls: type, name: str) -> Any:
    # Not those of object and type, nor the one that stands in for it in protocols.
    functions = (
        vars(base)[name]
        for base in cls.__mro__
        if base not in (object, type) and name in vars(base)
    )
    return next(
        (each for each in functions if getattr(each, "__module__", "") != "typing"),
        None,
    )


def _signature(function: Any, *, follow: bool) -> Iterator[Signature]:
    if isinstance(function, staticmethod | classmethod):
        function = function.__func__
    elif isinstance(function, partialmethod):
        function = function.__get__(None, object)
    try:
        signature = inspect.signature(function, follow_wrapped=False)
        if follow and _takes_anything(signature):
            # A decorator that takes whatever comes passes it on, as a rule.
            signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    yield _without_first(signature)


def _takes_anything(signature: Signature) -> bool:
    return any(each.kind in ANYTHING for each in signature.parameters.values())


def _without_first(signature: Signature) -> Signature:
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].kind is not Parameter.VAR_POSITIONAL:
        del parameters[0]
    return signature.replace(parameters=parameters)
