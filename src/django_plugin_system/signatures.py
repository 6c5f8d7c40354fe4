"""Whether methods can be called as their interface says. Plain Python, no Django."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from functools import partial, partialmethod
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any

from .constructors import required_parameters

# What makes objects; see constructors.
NOT_COMPARED = {
    "__class_getitem__",
    "__init__",
    "__init_subclass__",
    "__new__",
    "__subclasshook__",
}
ANYTHING = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}

# How the result of a call can be used.
CALL, AWAIT, ASYNC_FOR = "plain", "awaited", "iterated with 'async for'"

# Of a plain function, the annotations that say so.
ANNOTATED = {
    "Awaitable": {AWAIT},
    "Coroutine": {AWAIT},
    "AsyncGenerator": {ASYNC_FOR},
    "AsyncIterable": {ASYNC_FOR},
    "AsyncIterator": {ASYNC_FOR},
}
# Those that leave it open.
OPEN = {"Any", "Future", "Optional", "Task", "Union", "object"}


def find_misfits(plugin_class: type, interface: type) -> list[str]:
    """Return how methods of a class cannot do what callers of the interface ask.

    What Python cannot tell, as of functions that are written in C, is no misfit.
    """
    return [
        misfit
        for name, promised in _promised(interface)
        if (misfit := _misfit(name, promised, plugin_class, interface))
    ]


def _promised(interface: type) -> Iterator[tuple[str, Any]]:
    seen = set(NOT_COMPARED)
    if required_parameters(interface):
        # Then callers make the objects, and give what the interface's takes.
        seen.discard("__init__")
    for base in interface.__mro__:
        if base.__module__ in ("abc", "builtins", "typing"):
            continue
        for name, value in vars(base).items():
            if name not in seen and isinstance(_function(value), FunctionType):
                seen.add(name)
                yield name, value


def _misfit(name: str, promised: Any, plugin_class: type, interface: type) -> str:
    method = inspect.getattr_static(plugin_class, name, promised)
    if method is promised:
        return ""
    if not callable(getattr(plugin_class, name, None)):
        return f"{name} is not a method."
    given, wanted = _ways(method), _ways(promised)
    if given and wanted and not given & wanted:
        return (
            f"the result of {name}() is {_shown(given)}, "
            f"and by the interface {_shown(wanted)}."
        )
    return _misfit_of_call(
        name,
        _signature(plugin_class, name, method),
        _signature(interface, name, promised),
    )


# How it is called


def _signature(cls: type, name: str, attribute: Any) -> Signature | None:
    """Return how the method is called on an object, or None where that is unknown."""
    if isinstance(attribute, partial):
        # Whether it is passed self differs between releases of Python.
        return None
    try:
        signature = inspect.signature(getattr(cls, name))
    except (TypeError, ValueError):
        return None
    parameters = list(signature.parameters.values())
    # An object that can be called is no method of the class, so it is passed no self.
    has_self = hasattr(attribute, "__get__") and not isinstance(
        attribute, staticmethod | classmethod | type
    )
    if has_self and parameters and parameters[0].kind is not Parameter.VAR_POSITIONAL:
        del parameters[0]
    return signature.replace(parameters=parameters)


def _misfit_of_call(
    name: str, method: Signature | None, promised: Signature | None
) -> str:
    if method is None or promised is None:
        return ""
    for positional, keywords in _calls(name, promised, method):
        try:
            method.bind(*positional, **dict.fromkeys(keywords))
        except TypeError as error:
            shown = ", ".join([*positional, *(f"{each}=..." for each in keywords)])
            return f"{name}({shown}) fails: {error}."
    return ""


def _calls(
    name: str, promised: Signature, method: Signature
) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the names of what callers may pass by position, and by keyword."""
    parameters = promised.parameters.values()
    plain = [each for each in parameters if each.kind not in ANYTHING]
    required = [each for each in plain if each.default is Parameter.empty]
    # An interface that takes anything leaves it to its classes what they need.
    takes_anything = len(plain) < len(parameters)
    rest = _further(method, promised) if takes_anything else []
    for passed in (required, plain):
        passed = [*passed, *rest]
        yield _split(passed, lambda each: each.kind is not Parameter.KEYWORD_ONLY)
        if not name.startswith("__") or name == "__init__":
            yield _split(passed, _is_positional_only)


def _further(method: Signature, promised: Signature) -> list[Parameter]:
    return [
        each
        for name, each in method.parameters.items()
        if name not in promised.parameters
        and each.default is Parameter.empty
        and each.kind not in ANYTHING
    ]


def _split(
    parameters: Iterable[Parameter], is_positional: Any
) -> tuple[list[str], list[str]]:
    positional: list[str] = []
    keywords: list[str] = []
    for each in parameters:
        (positional if is_positional(each) else keywords).append(each.name)
    return positional, keywords


def _is_positional_only(parameter: Parameter) -> bool:
    # By an old convention, a name that Python has mangled is one: _Carrier__address.
    return parameter.kind is Parameter.POSITIONAL_ONLY or (
        parameter.name.startswith("_") and "__" in parameter.name
    )


# How its result is used


def _ways(attribute: Any) -> set[str]:
    """Return how the result can be used; nothing where that is unknown."""
    function = _function(attribute)
    returned = _returned(function)
    if inspect.isasyncgenfunction(function):
        return {ASYNC_FOR}
    if inspect.iscoroutinefunction(function):
        # A stub of an async generator lacks the yield.
        return {AWAIT} | ANNOTATED.get(returned, set())
    if (
        not isinstance(function, FunctionType)
        # A decorator may return anything.
        or hasattr(function, "__wrapped__")
        or returned in OPEN
    ):
        return set()
    return ANNOTATED.get(returned, {CALL})


def _function(attribute: Any) -> Any:
    while True:
        if isinstance(attribute, staticmethod | classmethod):
            attribute = attribute.__func__
        elif isinstance(attribute, partialmethod):
            attribute = attribute.func
        else:
            return attribute


def _returned(function: Any) -> str:
    """Return the name of what a function is annotated to return, without the rest."""
    annotation = getattr(function, "__annotations__", {}).get("return", "")
    if isinstance(annotation, type) and not hasattr(annotation, "__origin__"):
        return annotation.__name__
    text = str(annotation)
    if "|" in text:
        return "Union"
    return text.partition("[")[0].rpartition(".")[2]


def _shown(ways: set[str]) -> str:
    return " or ".join(sorted(ways))
