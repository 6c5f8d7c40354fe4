"""Which protocols can be an interface, and what they promise. Plain Python."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import FunctionType
from typing import Any, Protocol


class _Nothing(Protocol):
    """What each protocol has by itself."""


BY_ITSELF = frozenset(vars(_Nothing))


def _empty(self: object) -> None: ...


def _described(self: object) -> None:
    """Tell what an implementation is to do."""


async def _awaited(self: object) -> None:
    """Likewise, for a caller who waits."""


# What Python makes of a body in which nothing is written.
NOTHING_DONE = {
    step.opname
    for function in (_empty, _described, _awaited)
    for step in dis.get_instructions(function)
}


def is_protocol(cls: type) -> bool:
    """Tell whether the class is a Protocol, rather than one that derives from it."""
    return bool(vars(cls).get("_is_protocol"))


def why_uncheckable(protocol: type) -> str:
    """Return why no class can be compared with a protocol; nothing where it can be."""
    try:
        # Any class will do: Python refuses by what the protocol is.
        issubclass(_Nothing, protocol)
    except TypeError as error:
        return str(error).rstrip(".")
    return "" if any(_promised(protocol)) else "it promises nothing"


def open_methods(plugin_class: type, protocol: type) -> list[str]:
    """Return the names of the promised methods that a class does not have, sorted."""
    return sorted(
        name
        for name, promised in _promised(protocol)
        if _is_open(getattr(plugin_class, name, None), promised)
    )


def _promised(protocol: type) -> Iterator[tuple[str, Any]]:
    seen = set(BY_ITSELF)
    for base in protocol.__mro__:
        if not is_protocol(base) or base is Protocol:
            continue
        for name in vars(base):
            if name not in seen and callable(getattr(base, name)):
                seen.add(name)
                yield name, getattr(base, name)


def _is_open(method: Any, promised: Any) -> bool:
    if method is None or getattr(method, "__isabstractmethod__", False):
        return True
    # Who derives from a protocol inherits its methods, also those without a body.
    return method is promised and _does_nothing(method)


def _does_nothing(method: Any) -> bool:
    return isinstance(method, FunctionType) and not any(
        step.opname not in NOTHING_DONE
        or (step.opname.endswith("_CONST") and step.argval is not None)
        for step in dis.get_instructions(method)
    )
