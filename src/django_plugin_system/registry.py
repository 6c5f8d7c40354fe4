"""What the code of this process has declared: no rows, no settings, no Django."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from itertools import count
from types import ModuleType
from typing import NamedTuple, get_origin

from .advice import why_no_interface
from .exceptions import AlreadyRegistered, PluginTypeNotFound, RegistrationError
from .identity import current_class, is_made_from, is_running, takes_place_of
from .specs import (
    ItemKey,
    PluginItemSpec,
    PluginTypeSpec,
    TypeKey,
    check_implements,
    dotted,
)

ItemMaker = Callable[[PluginTypeSpec], PluginItemSpec]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An item whose plugin type is not registered."""

    item: str
    """What was declared, as people would call it."""

    wanted: str
    """The plugin type, or interface, that the item is for."""

    suggestion: str | None
    """The closest plugin type that is registered."""


@dataclass(slots=True)
class _State:
    types: dict[TypeKey, PluginTypeSpec]
    items: dict[ItemKey, PluginItemSpec]
    # Items declared for an interface that no registered type has yet.
    waiting: dict[tuple[type, type, str], ItemMaker]
    # What could not be imported, and what turned out not to fit.
    broken: dict[str, Exception]
    rejected: dict[str, RegistrationError]
    providers: set[str]
    # Whose module may not have run to its end when they were registered.
    unsettled: set[TypeKey | ItemKey]

    def copy(self) -> _State:
        return _State(
            dict(self.types),
            dict(self.items),
            dict(self.waiting),
            dict(self.broken),
            dict(self.rejected),
            set(self.providers),
            set(self.unsettled),
        )


class _Imported(NamedTuple):
    module: ModuleType
    register: Callable[[], None]

    @property
    def is_there(self) -> bool:
        """Whether a second import would do nothing."""
        return sys.modules.get(self.module.__name__) is self.module

    def is_inside(self, apps: set[str]) -> bool:
        """Tell whether the module is part of one of these apps."""
        names = self.module.__name__.split(".")
        return any(".".join(names[:end]) in apps for end in range(1, len(names) + 1))


@dataclass(slots=True, eq=False)
class _Isolation:
    """A block at whose end the registry is as it was before."""

    before: _State
    modules: frozenset[str] = field(default_factory=lambda: frozenset(sys.modules))
    """Those that were imported before."""

    imported: list[_Imported] = field(default_factory=list)
    """What others have registered since, while they were imported."""

    apps: set[str] = field(default_factory=set)
    """Those that were installed at any time since."""


@dataclass(slots=True, eq=False)
class _Override:
    item: PluginItemSpec


class Registry:
    """The plugin types and plugin items that were registered, in any order.

    Written at import time, under Python's import lock; afterwards only read.
    """

    def __init__(self) -> None:
        self._state = _State({}, {}, {}, {}, {}, set(), set())
        self._versions = count()
        self.version = next(self._versions)
        """Never the same number again once types or items have changed."""

        self._isolations: list[_Isolation] = []
        self._importing: ModuleType | None = None
        self._undone: list[_Imported] = []
        self._overrides: list[_Override] = []

    # Registering

    def register_type(self, spec: PluginTypeSpec) -> None:
        """Add a plugin type; raise AlreadyRegistered if its key has another interface.

        Items that were registered first and turn out not to fit are rejected: the
        mistake is theirs, and the type must not suffer from it.
        """
        known = self._settle_type(spec.key)
        is_new = known is None or known.interface is not spec.interface
        if known and is_new:
            self._check_replacement(known, spec)
        if known and spec.get_plugin is None:
            # Who registers the type again without a get_plugin takes none away.
            spec = replace(spec, get_plugin=known.get_plugin)
        self._state.types[spec.key] = spec
        self._state.unsettled.add(spec.key)
        if is_new:
            self._settle_items_of(spec)
        self._touch()
        self._note(partial(self.register_type, spec))

    def register_item(self, spec: PluginItemSpec) -> None:
        """Add a plugin item; raise RegistrationError if it can't fill its type."""
        self._add_item(spec)
        self._note(partial(self.register_item, spec))

    def _add_item(self, spec: PluginItemSpec) -> None:
        known = self._state.items.get(spec.key)
        if (
            known
            and known.plugin_class is not spec.plugin_class
            and not takes_place_of(spec.plugin_class, known.plugin_class)
        ):
            raise AlreadyRegistered(
                f"Plugin item {spec.name!r} of {spec.module!r} for plugin type "
                f"{spec.type_name!r} is already registered with "
                f"{dotted(known.plugin_class)}, so {dotted(spec.plugin_class)} "
                "cannot take its place. Give one of them another name."
            )
        if type_ := self._settle_type(spec.type_key):
            check_implements(spec, type_.interface)
        self._state.items[spec.key] = spec
        self._state.unsettled.add(spec.key)
        self._touch()

    def register_item_for(
        self, interface: type, plugin_class: type, name: str, make: ItemMaker
    ) -> None:
        """Add the item that ``make`` builds, once a type has that interface."""
        matches = self._types_with(interface)
        if len(matches) > 1:
            raise RegistrationError(_ambiguous(interface, matches))
        if matches:
            self._add_item(make(matches[0]))
        else:
            self._wait(interface, plugin_class, name, make)
        again = partial(self.register_item_for, interface, plugin_class, name, make)
        self._note(again)

    def settle(self) -> None:
        """Take classes as they are now that their modules have been imported.

        A decorator above that of a plugin, such as ``dataclass``, changes the class or
        makes another one after it has been registered.
        """
        unsettled = self._state.unsettled
        for key in sorted(unsettled, key=len):
            # Types first, since items are held against them.
            spec = (
                self._settle_type(key)
                if isinstance(key, TypeKey)
                else self._settle_item(key)
            )
            if spec is None or not is_running(_class_of(spec)):
                unsettled.discard(key)

    def record_broken(self, source: str, error: Exception) -> None:
        """Remember that the plugins in ``source`` could not be imported."""
        self._state.broken[source] = error

    def reject(self, source: str, error: RegistrationError) -> None:
        """Remember a mistaken declaration whose error can't reach its author."""
        self._state.rejected[source] = error
        self._note(partial(self.reject, source, error))

    def forget(self, source: str) -> None:
        """Drop what is remembered against ``source``."""
        self._state.broken.pop(source, None)
        self._state.rejected.pop(source, None)

    def add_provider(self, package: str) -> None:
        """Remember a package that brings plugins without being a Django app."""
        self._state.providers.add(package)

    # Asking

    def get_type(self, name: str, manager: str) -> PluginTypeSpec:
        """Return a plugin type, or raise PluginTypeNotFound with a suggestion."""
        key = TypeKey(name, manager)
        try:
            return self._state.types[key]
        except KeyError:
            message = f"No plugin type {name!r} of {manager!r} is registered."
            if close := self.closest_type(key):
                message += f" Did you mean {close.name!r} of {close.manager!r}?"
            raise PluginTypeNotFound(message) from None

    def get_type_with(self, interface: object) -> PluginTypeSpec:
        """Return the plugin type with ``interface``, or raise PluginTypeNotFound."""
        # Of a generic interface, such as Interface[int], what counts is the class.
        interface = get_origin(interface) or interface
        matches = self._types_with(interface)
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise PluginTypeNotFound(_ambiguous(interface, matches))
        raise PluginTypeNotFound(
            why_no_interface(interface, self.types(), self._state.items.values())
        )

    def find_type(self, key: TypeKey) -> PluginTypeSpec | None:
        """Return a plugin type, or None."""
        return self._settled().types.get(key)

    def find_item(self, key: ItemKey) -> PluginItemSpec | None:
        """Return a plugin item whose type is registered too, or None."""
        state = self._settled()
        item = state.items.get(key)
        return item if item and item.type_key in state.types else None

    def types(self) -> list[PluginTypeSpec]:
        """Return every plugin type, sorted by key."""
        return [spec for _, spec in sorted(self._settled().types.items())]

    def items(self) -> list[PluginItemSpec]:
        """Return every plugin item whose type is registered too, sorted by key."""
        state = self._settled()
        return [
            spec
            for _, spec in sorted(state.items.items())
            if spec.type_key in state.types
        ]

    def unresolved(self) -> list[Unresolved]:
        """Return the items whose type nobody has registered."""
        state = self._state
        missing = [
            Unresolved(str(key), str(key.type), _label(self.closest_type(key.type)))
            for key in sorted(state.items)
            if key.type not in state.types
        ]
        waiting = [
            Unresolved(f"{dotted(cls)}, {name!r}", dotted(interface), None)
            for interface, cls, name in state.waiting
        ]
        return missing + waiting

    def broken(self) -> dict[str, Exception]:
        """Return which sources of plugins could not be imported, and why."""
        return dict(self._state.broken)

    def rejected(self) -> dict[str, RegistrationError]:
        """Return the mistaken declarations whose error could not reach their author."""
        return dict(self._settled().rejected)

    def providers(self) -> frozenset[str]:
        """Return the packages that bring plugins without being a Django app."""
        return frozenset(self._state.providers)

    def closest_type(self, key: TypeKey) -> TypeKey | None:
        """Return the registered key most like ``key``, if any is near."""
        by_label = {str(known): known for known in sorted(self._state.types)}
        close = get_close_matches(str(key), by_label, n=1)
        return by_label[close[0]] if close else None

    # Testing

    @contextmanager
    def isolated(
        self, is_installed: Callable[[str], bool] = lambda name: True
    ) -> Iterator[Registry]:
        """Undo, at the end of the block, whatever was registered in it.

        What a module has registered that was imported in the block, and still is,
        stays: a second import would not register it again. That of an app which is
        not installed any more comes back with the app.
        """
        isolation = _Isolation(self._state)
        self._isolations.append(isolation)
        self._state = isolation.before.copy()
        try:
            yield self
        finally:
            self._isolations.remove(isolation)
            self._state = isolation.before
            for each in isolation.imported:
                name = each.module.__name__
                if each.is_inside(isolation.apps) and not is_installed(name):
                    self._undone.append(each)
                else:
                    self._register_again(each)
            self._touch()

    def restore(self, apps: set[str]) -> None:
        """Register again what was undone of these apps, which are installed now."""
        for isolation in self._isolations:
            isolation.apps |= apps
        back = [each for each in self._undone if each.is_inside(apps)]
        self._undone = [each for each in self._undone if each not in back]
        for each in back:
            self._register_again(each)

    @contextmanager
    def not_isolated(self) -> Iterator[None]:
        """Be, for the block, what is left when every isolation has ended."""
        if not self._isolations:
            yield
            return
        isolations, state = self._isolations, self._state
        self._isolations, self._state = [], isolations[0].before.copy()
        for isolation in isolations:
            for each in isolation.imported:
                self._register_again(each)
        try:
            yield
        finally:
            self._isolations, self._state = isolations, state
            self._touch()

    def find_import(self) -> ModuleType | None:
        """Return the module whose import, begun in an isolation, is going on now."""
        if self._importing is not None or not self._isolations:
            return self._importing
        before = self._isolations[-1].modules
        frame = sys._getframe(1)
        while frame.f_back:
            frame = frame.f_back
            name = frame.f_globals.get("__name__", "")
            if frame.f_code.co_name == "<module>" and name not in before:
                module = sys.modules.get(name)
                # Code that is executed by other ways may only claim a name.
                if module and vars(module) is frame.f_globals:
                    return module
        return None

    @contextmanager
    def importing(self, module: ModuleType | None) -> Iterator[None]:
        """Take what is registered in the block as registered by the module's import."""
        before, self._importing = self._importing, module
        try:
            yield
        finally:
            self._importing = before

    @contextmanager
    def override(self, item: PluginItemSpec) -> Iterator[None]:
        """Have ``item`` answer for its type in the block, in all threads."""
        override = _Override(item)
        self._overrides.append(override)
        self._touch()
        try:
            yield
        finally:
            self._overrides.remove(override)
            self._touch()

    def overrides(self) -> dict[TypeKey, PluginItemSpec]:
        """Return what answers for types whatever rows say; the last one counts."""
        return {each.item.type_key: each.item for each in self._overrides}

    def find_override(self, wanted: object) -> PluginItemSpec | None:
        """Return the override of the type with that key, or with that interface."""
        if isinstance(wanted, tuple):
            return self.overrides().get(TypeKey(*wanted))
        wanted = get_origin(wanted) or wanted
        matches = self._types_with(wanted)
        return self.overrides().get(matches[0].key) if len(matches) == 1 else None

    # Helpers

    def _touch(self) -> None:
        self.version = next(self._versions)

    def _note(self, registration: Callable[[], None]) -> None:
        if self._isolations and (module := self.find_import()):
            self._isolations[-1].imported.append(_Imported(module, registration))

    def _register_again(self, imported: _Imported) -> None:
        if imported.is_there:
            with self.importing(imported.module):
                imported.register()

    def _settled(self) -> _State:
        if self._state.unsettled:
            self.settle()
        return self._state

    def _settle_item(self, key: ItemKey) -> PluginItemSpec | None:
        spec = self._state.items.get(key)
        if spec is None:
            return None
        current = replace(spec, plugin_class=current_class(spec.plugin_class))
        type_ = self._state.types.get(key.type)
        try:
            if type_:
                check_implements(current, type_.interface)
        except RegistrationError as error:
            self._state.items.pop(key, None)
            self.reject(f"Plugin item {key}", error)
            self._touch()
            return None
        if current != spec:
            self._state.items[key] = current
            self._touch()
        return current

    def _settle_type(self, key: TypeKey) -> PluginTypeSpec | None:
        spec = self._state.types.get(key)
        if spec is None:
            return None
        interface = current_class(spec.interface)
        if interface is not spec.interface:
            spec = self._state.types[key] = replace(spec, interface=interface)
            self._settle_items_of(spec)
            self._touch()
        return spec

    def _check_replacement(self, known: PluginTypeSpec, spec: PluginTypeSpec) -> None:
        if not takes_place_of(spec.interface, known.interface):
            raise AlreadyRegistered(
                f"Plugin type {spec.name!r} of {spec.manager!r} is already registered "
                f"with interface {dotted(known.interface)}, so "
                f"{dotted(spec.interface)} cannot take its place. "
                "Give one of them another name."
            )
        former = [
            dotted(item.plugin_class)
            for key, item in sorted(self._state.items.items())
            if key.type == spec.key and not _fits(item, spec.interface)
        ]
        if former:
            raise AlreadyRegistered(
                f"Plugin type {spec.name!r} of {spec.manager!r}: the module "
                f"{spec.interface.__module__} has run again and made another class of "
                f"{spec.interface.__qualname__}, but these implement the one from "
                f"before: {', '.join(former)}. The one from before stays in force. "
                "Restart the process to use the new one."
            )

    def _settle_items_of(self, type_: PluginTypeSpec) -> None:
        state = self._state
        for key in [key for key in state.items if key.type == type_.key]:
            try:
                check_implements(state.items[key], type_.interface)
            except RegistrationError as error:
                del state.items[key]
                state.rejected[f"Plugin item {key}"] = error
        for wanted in [key for key in state.waiting if key[0] is type_.interface]:
            make = state.waiting.pop(wanted)
            try:
                self._add_item(make(type_))
            except RegistrationError as error:
                state.rejected[f"Plugin item {wanted[2]!r}"] = error

    def _wait(
        self, interface: type, plugin_class: type, name: str, make: ItemMaker
    ) -> None:
        waiting = self._state.waiting
        for key in list(waiting):
            former = (interface, name) == (key[0], key[2])
            if former and takes_place_of(plugin_class, key[1]):
                del waiting[key]
        waiting[interface, plugin_class, name] = make

    def _types_with(self, interface: object) -> list[PluginTypeSpec]:
        types = self._state.types
        matches = [spec for spec in types.values() if spec.interface is interface]
        if not matches:
            specs = [self._settle_type(key) for key in list(types)]
            matches = [spec for spec in specs if spec and spec.interface is interface]
        return matches or self._types_made_into(interface)

    def _types_made_into(self, interface: object) -> list[PluginTypeSpec]:
        """Return those whose interface a decorator has made into this one.

        In a function, where no name leads from the one to the other.
        """
        if not isinstance(interface, type):
            return []
        made = [
            replace(spec, interface=interface)
            for spec in self._state.types.values()
            if is_made_from(interface, spec.interface)
        ]
        for spec in made:
            self._state.types[spec.key] = spec
            self._settle_items_of(spec)
            self._touch()
        return made


def _ambiguous(interface: object, matches: list[PluginTypeSpec]) -> str:
    keys = sorted(spec.key for spec in matches)
    names = " and ".join(f"{key.name!r} of {key.manager!r}" for key in keys)
    return (
        f"Interface {dotted(interface)} belongs to more than one plugin type: {names}. "
        "Say which by name and manager."
    )


def _class_of(spec: PluginTypeSpec | PluginItemSpec) -> type:
    return spec.interface if isinstance(spec, PluginTypeSpec) else spec.plugin_class


def _fits(item: PluginItemSpec, interface: type) -> bool:
    try:
        check_implements(item, interface)
    except RegistrationError:
        return False
    return True


def _label(key: TypeKey | None) -> str | None:
    return str(key) if key else None


plugins = Registry()
"""The registry of this process, as ``django.apps.apps`` is for apps."""
