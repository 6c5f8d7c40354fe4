"""Classes that stand in for models that are yet to come, and what waits for those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, overload

from django.apps import apps
from django.db.models import Model

from .rebinding import Moment, keep_own_super, rebind, this_moment

M = TypeVar("M", bound=Model)
U = TypeVar("U", bound=Callable[..., object])


class ModelKey(NamedTuple):
    """What Django knows a model by. For an abstract class: its module and name."""

    label: str
    name: str


class StandIn(NamedTuple):
    """A class that is there until, in its place, another one is."""

    key: ModelKey
    """Of what is to come."""

    needs: tuple[type, ...]
    """Its bases that are models, or stand in for some."""

    is_base: bool
    """Whether that derives from this class. Else it is made of the same statement."""


class _Waiting(NamedTuple):
    since: Moment
    take_over: Callable[[type], None]


class _Later(NamedTuple):
    keys: tuple[ModelKey, ...]
    use: Callable[..., object]


_stand_ins: dict[type, StandIn] = {}
_abstract: dict[ModelKey, type] = {}
_waiting: defaultdict[ModelKey, dict[type, _Waiting]] = defaultdict(dict)
_later: list[_Later] = []
_is_going_on = False


@overload
def when_final(model: type[M], use: Callable[[type[M]], object]) -> None: ...
@overload
def when_final(model: type[Model]) -> Callable[[U], U]: ...
def when_final(
    model: type[Any], use: Callable[..., object] | None = None
) -> Callable[[U], U] | None:
    """Call ``use`` with a model: now, or when the app that extends it has made it.

    Without ``use``, it is a decorator for the function to call.
    """
    if use is None:

        def decorate(function: U) -> U:
            when_final(model, function)
            return function

        return decorate
    stand_in = find_stand_in(model)
    if stand_in:
        when_made([stand_in.key], use)
    else:
        use(model)
    return None


def stand_in_for(
    cls: type, stand_in: StandIn, take_over: Callable[[type], None] = lambda model: None
) -> None:
    """Have a class stand in for what is to come, and that take over from it."""
    _stand_ins[cls] = stand_in
    _waiting[stand_in.key][cls] = _Waiting(this_moment(), take_over)


def find_stand_in(model: object) -> StandIn | None:
    """Return what a class stands in for, or None."""
    return _stand_ins.get(model) if isinstance(model, type) else None


def abstract_models(label: str) -> list[type]:
    """Return the abstract classes that models of an app derive from, or are to.

    And those in whose place there is to be a model, until it is there.
    """
    return [
        cls
        for cls, stand_in in _stand_ins.items()
        if stand_in.key.label == label
        and (stand_in.is_base or not find_made(stand_in.key))
    ]


def replaced_classes() -> dict[type, Any]:
    """Return each class that has stood in for another one, and that.

    Not those in whose place a child has put what has nothing to do with them.
    """
    return {
        cls: made
        for cls, stand_in in _stand_ins.items()
        if (made := find_made(stand_in.key))
        and made is not cls
        and (issubclass(made, cls) or not stand_in.is_base)
    }


def final_class(cls: type) -> type | None:
    """Return what has come of a class that stood in, or None; all others are final."""
    stand_in = _stand_ins.get(cls)
    return find_made(stand_in.key) if stand_in else cls


def find_made(key: ModelKey) -> Any:
    """Return the model, or abstract class, of a key, or None."""
    return _abstract.get(key) or apps.all_models.get(key.label, {}).get(
        key.name.lower()
    )


def when_made(keys: Iterable[ModelKey], use: Callable[..., object]) -> None:
    """Call ``use`` with these models, when all of them are there.

    Unlike what Django offers for that, it waits for the names to mean the models too,
    and leaves it to our checks to say that one is missing.
    """
    keys = tuple(keys)
    if all(map(_is_there, keys)):
        use(*map(find_made, keys))
    else:
        _later.append(_Later(keys, use))


def finish(key: ModelKey, made: type) -> None:
    """Let names mean what has been made, and what waits for it go on."""
    for stand_in, waiting in _waiting.pop(key, {}).items():
        waiting.take_over(made)
        if issubclass(made, stand_in):
            keep_own_super(stand_in, made)
        rebind(stand_in, made, since=waiting.since)
    _go_on()


def finish_abstract(key: ModelKey, made: type) -> None:
    """Do so for an abstract class, which Django does not keep."""
    _abstract[key] = made
    finish(key, made)


def finish_models() -> None:
    """Let names of classes whose model was there before them mean the model too."""
    for key in list(_waiting):
        if model := find_made(key):
            finish(key, model)


def _is_there(key: ModelKey) -> bool:
    return key not in _waiting and find_made(key) is not None


def _go_on() -> None:
    """Do what has waited, in the order in which it began to, one after the other."""
    global _is_going_on
    if _is_going_on:
        return
    _is_going_on = True
    try:
        while ready := next(
            (it for it in _later if all(map(_is_there, it.keys))), None
        ):
            _later.remove(ready)
            ready.use(*map(find_made, ready.keys))
    finally:
        _is_going_on = False
