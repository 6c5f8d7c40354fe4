"""Ready-made values for a plugin type's ``get_plugin``.

Each picks among the active items and, while none is active, leaves the choice to the
default rule.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from ..exceptions import DeclarationValueError
from ..specs import TypeKey
from .rule import choose

if TYPE_CHECKING:
    # At run time an interfaces module needs the strategies before models can load.
    from ..models import PluginItem, PluginType

Selector = Callable[..., "PluginItem | None"]

_turns: dict[TypeKey, Iterator[int]] = {}


def round_robin(
    plugin_type: PluginType, *args: object, **kwargs: object
) -> PluginItem | None:
    """Take the active items in turn, in selection order; each process counts alone."""
    active = plugin_type.get_active_plugins()
    if not active:
        return choose(plugin_type.get_all_plugins())
    # setdefault() and next() are atomic, so threads share one count.
    turn = next(_turns.setdefault(plugin_type.key, count()))
    return active[turn % len(active)]


def weighted(weights: Mapping[str, float]) -> Selector:
    """Return a selector that draws active items at random, in proportion to weights.

    ``weights`` maps item names to numbers >= 0; an item it leaves out weighs 1. Raises
    DeclarationValueError for any other number.
    """
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise DeclarationValueError(
                f"weighted(): the weight of {name!r} is {weight!r}. "
                "It has to be a finite number, 0 or more."
            )
    shares = dict(weights)

    def draw(plugin_type: PluginType, *args: object, **kwargs: object) -> Any:
        active = plugin_type.get_active_plugins()
        each = [shares.get(item.name, 1) for item in active]
        if not any(each):
            return choose(plugin_type.get_all_plugins())
        return random.choices(active, each)[0]

    draw.__qualname__ = "weighted"
    return varies_per_call(draw)


def sticky(argument: str) -> Selector:
    """Return a selector that gives equal values of a keyword argument the same item.

    An item that joins takes over only its own share of the values, and one that leaves
    hands out only its own (rendezvous hashing: Thaler and Ravishankar, "Using
    name-based mappings to increase hit rates", 1998). The same in every process.
    """

    def pick(plugin_type: PluginType, *args: object, **kwargs: object) -> Any:
        if argument not in kwargs:
            raise TypeError(
                f"Plugin type {plugin_type.name!r} selects by {argument!r}: pass "
                f"{argument}=... where the plugin is asked for."
            )
        active = plugin_type.get_active_plugins()
        if not active:
            return choose(plugin_type.get_all_plugins())
        value = str(kwargs[argument])
        return max(active, key=lambda item: _score(item, value))

    pick.__qualname__ = "sticky"
    return varies_per_call(pick)


def varies_per_call(selector: Selector) -> Selector:
    """Mark a selector so that explain() describes it rather than calling it."""
    selector.varies_per_call = True  # type: ignore[attr-defined]
    return selector


def _score(item: PluginItem, value: str) -> bytes:
    # A tuple's repr keeps ("a", "bc") and ("ab", "c") apart.
    text = repr((item.module, item.name, value))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


varies_per_call(round_robin)
