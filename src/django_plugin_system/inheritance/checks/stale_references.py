"""Where a class is still kept that another one has taken the place of.

It asks the garbage collector, from the class outwards. What it passes may be anybody's,
so no method, property or comparison of it is called: attributes are read as Python's
own types have them.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from types import (
    AsyncGeneratorType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    ModuleType,
)
from typing import Any, NamedTuple
from weakref import getweakrefs

from django.db.models import Field
from django.db.models.manager import BaseManager

STEPS = 12
"""How many objects may be between a class and a name: some registries in each other."""
WIDTH = 64
"""How many objects are followed at a time, so that the search ends in good time."""

# What these have of a class is for the class itself, or to find it sooner.
NOT_OF = (
    "_abc.",
    "django.apps.",
    "django.db.",
    "django.dispatch.",
    "django_plugin_system.",
)
# An instance of these, or of what derives from them, is followed no further. Modules
# and classes are known by their dicts, and running code ends.
ENDS: tuple[type, ...] = (
    type,
    ModuleType,
    FrameType,
    GeneratorType,
    CoroutineType,
    AsyncGeneratorType,
    Field,
    BaseManager,
)


class Namespace(NamedTuple):
    """A module or a class, which has names for objects."""

    owner: type | None
    """The class; None if it is a module."""

    number: int
    """Of a module: one whose import ended earlier has a lower one."""

    path: str


class Place(NamedTuple):
    """A name that leads to a class."""

    owner: type | None
    steps: int
    """How many objects are between. With none, the name means the class itself."""

    number: int
    path: str
    name: str


Link = tuple[int, int]
"""The identities of a class, and of an object that has it."""


def find_stale_references(classes: Collection[type]) -> dict[type, list[Place]]:
    """Return the places that have each of the classes, the most telling ones first.

    An object that has the class itself counts once, by the name that is nearest to it.
    """
    search = _Search(classes)
    for steps in range(STEPS):
        if search.latest:
            search.go_on(steps)
    places = sorted(search.found.items(), key=lambda item: _order(item[1]))
    return {cls: [it for (of, *_), it in places if of == id(cls)] for cls in classes}


class _Search:
    """All objects that have had a class so far, found in steps."""

    def __init__(self, classes: Collection[type]) -> None:
        self.modules, self.passed_over = _modules()
        self.found: dict[tuple[object, ...], Place] = {}
        # A weak reference is as good as the class, which lives on as a base.
        self.means = {id(each): id(cls) for cls in classes for each in _all_of(cls)}
        # All are kept, lest another object get the identity of one.
        self.objects = {id(each): each for cls in classes for each in _all_of(cls)}
        self.links: dict[int, set[Link]] = {each: set() for each in self.objects}
        self.done: set[Link] = set()
        self.latest = list(self.objects)

    def go_on(self, steps: int) -> None:
        """Note where the latest objects have a name, and go on to what has the rest."""
        latest = {*self._most_varied(self.latest)[:WIDTH]}
        holders = gc.get_referrers(*(self.objects[each] for each in latest))
        namespaces = self.modules | _namespaces_of_classes(holders)
        following, named = set(), set()
        for holder in holders:
            if holder is self.objects or not self._may_have_a_name(holder):
                continue
            inside = latest.intersection(map(id, gc.get_referents(holder)))
            links = self._links(holder, inside) - self.done
            if namespace := namespaces.get(id(holder)):
                named |= links
                for value in inside:
                    self._note(holder, value, namespace, steps)
            elif links - self.links.get(id(holder), set()):
                self.objects[id(holder)] = holder
                self.links.setdefault(id(holder), set()).update(links)
                following.add(id(holder))
        self.done |= named
        self.latest = [each for each in following if self.links[each] - self.done]

    def _most_varied(self, found: list[int]) -> list[int]:
        """Put the first one of each type first, then the second ones, and so on."""
        numbers: Counter[int] = Counter()
        places = {}
        for each in found:
            kind = id(type(self.objects[each]))
            numbers[kind] += 1
            places[each] = numbers[kind]
        return sorted(found, key=places.__getitem__)

    def _may_have_a_name(self, holder: Any) -> bool:
        kind: Any = type(holder)
        if kind is dict:
            # That of a module which is no longer imported has functions that are.
            is_left_out = id(holder) in self.passed_over
            is_other = id(holder) not in self.modules and "__builtins__" in holder
            return not is_left_out and not is_other
        if kind is FunctionType:
            is_ours = _is_passed_over(dict.get(holder.__globals__, "__name__"))
            return not is_ours and not self._has_only_its_own(holder)
        is_end = any(base is end for base in _mro(kind) for end in ENDS)
        return not is_end and not _is_passed_over(_module_of(kind))

    def _has_only_its_own(self, function: FunctionType) -> bool:
        """Tell whether it has the class for ``super``, as one that is written in it."""
        cells = function.__closure__
        if id(cells) not in self.links:
            return False
        names = function.__code__.co_freevars
        found = zip(names, cells or (), strict=True)
        return {name for name, cell in found if id(cell) in self.links} == {"__class__"}

    def _links(self, holder: Any, inside: Collection[int]) -> set[Link]:
        links: set[Link] = set()
        for value in inside:
            cls = self.means.get(value)
            links |= {(cls, id(holder))} if cls else self.links[value]
        return links

    def _note(
        self, names: dict[Any, Any], value: int, namespace: Namespace, steps: int
    ) -> None:
        links = self._links(names, [value]) - self.done
        for name, each in list(names.items()):
            if id(each) == value and type(name) is str:
                place = Place(namespace.owner, steps, *namespace[1:], name)
                for link in links:
                    # Several names of the class itself are several places.
                    key = (*link, name) if value in self.means else link
                    others = [self.found[key]] if key in self.found else []
                    self.found[key] = min([place, *others], key=_order)


def _all_of(cls: type) -> Iterator[object]:
    yield cls
    yield from getweakrefs(cls)


def _modules() -> tuple[dict[int, Namespace], set[int]]:
    """Return the modules by the identity of their dicts, and those that do not count.

    One that has several names is called by the first one.
    """
    found: dict[int, Namespace] = {}
    passed_over = set()
    # Python keeps them in the order in which imports have ended.
    for number, (name, module) in enumerate(list(sys.modules.items())):
        if any(base is ModuleType for base in _mro(type(module))):
            names = _names_of(module)
            if _is_passed_over(name, or_pythons=True):
                passed_over.add(id(names))
            else:
                found.setdefault(id(names), Namespace(None, number, name))
    return found, passed_over


def _namespaces_of_classes(holders: list[Any]) -> dict[int, Namespace]:
    """Return the classes by the identity of their dicts, if those are holders."""
    dicts = [each for each in holders if type(each) is dict and "__module__" in each]
    found = {}
    for owner in gc.get_referrers(*dicts) if dicts else ():
        module = _module_of(owner) if _is_class(owner) else None
        if type(module) is str and not _is_passed_over(module, or_pythons=True):
            path = f"{module}.{type.__dict__['__qualname__'].__get__(owner)}"
            found[id(_dict_of(owner))] = Namespace(owner, 0, path)
    return found


def _order(place: Place) -> tuple[object, ...]:
    return place.owner is not None, place.steps, place.number, place.path, place.name


def _is_passed_over(name: object, *, or_pythons: bool = False) -> bool:
    if type(name) is not str:
        return False
    is_pythons = name.partition(".")[0] in sys.stdlib_module_names
    return f"{name}.".startswith(NOT_OF) or (or_pythons and is_pythons)


# What Python's own types say, whatever a class or its metaclass makes of it


def _is_class(value: object) -> bool:
    return any(base is type for base in _mro(type(value)))


def _mro(cls: Any) -> tuple[type, ...]:
    found: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
    return found


def _module_of(cls: Any) -> object:
    # One that is made by code without a name has none.
    with suppress(AttributeError):
        return type.__dict__["__module__"].__get__(cls)
    return None


def _names_of(module: Any) -> dict[str, Any]:
    dict_of: Any = vars(ModuleType)["__dict__"]
    names: dict[str, Any] = dict_of.__get__(module)
    return names


def _dict_of(cls: Any) -> object:
    return gc.get_referents(type.__dict__["__dict__"].__get__(cls))[0]
