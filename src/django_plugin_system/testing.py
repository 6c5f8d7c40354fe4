"""For the tests of projects that declare or use plugins."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, overload

from .blocks import Block
from .exceptions import DeclarationTypeError, PluginTypeNotFound
from .register import is_installed, origin_of
from .registry import Registry, plugins
from .specs import (
    NAME_LENGTH,
    PluginItemSpec,
    PluginTypeSpec,
    check_implements,
    dotted,
    missing_methods,
)

Given = TypeVar("Given")
NOT_GIVEN = object()


def isolated_plugins() -> Block[Registry]:
    """Undo, at the end of the block or test, whatever is registered in it.

    Works in a ``with`` statement, where it gives the registry, and as a decorator of
    functions and of test classes. What a module registers that is imported in the
    block stays, since a second import would not register it again; that of an app
    which is installed in the block alone comes back with the app.
    """
    return Block(lambda: plugins.isolated(is_installed))


@overload
def override_plugin(
    plugin_type: Callable[..., object] | tuple[str, str], implementation: Given, /
) -> Block[Given]: ...


@overload
def override_plugin(
    type_name: str, manager: str, implementation: Given, /
) -> Block[Given]: ...


def override_plugin(first: Any, second: Any, third: Any = NOT_GIVEN, /) -> Block[Any]:
    """Have an implementation answer for a plugin type in the block or test.

    The type is named by its interface, or by name and manager. The implementation is a
    class, which is called at each lookup, or an object, such as a mock, which each
    lookup gives. It needs neither registration nor row, and rows, ``get_plugin`` and
    SAFE_MODE have no say; the database is not asked. All threads of the process see it.

    Works in a ``with`` statement, where it gives the implementation, and as a decorator
    of functions and of test classes. Raises DeclarationTypeError when the
    implementation lacks what the interface promises, and PluginTypeNotFound, when the
    block begins, for a type that is not registered.
    """
    wanted, implementation = first, second
    if third is not NOT_GIVEN:
        wanted, implementation = (first, second), third

    @contextmanager
    def override() -> Iterator[Any]:
        with plugins.override(_item_for(_get_type(wanted), implementation)):
            yield implementation

    with suppress(PluginTypeNotFound):
        # A decorator is to fail where it is written, if its type is known by then.
        _item_for(_get_type(wanted), implementation)
    return Block(override)


def _get_type(wanted: Any) -> PluginTypeSpec:
    if isinstance(wanted, tuple) and len(wanted) == 2:
        name, manager = wanted
        return plugins.get_type(name, origin_of(manager))
    if isinstance(wanted, type):
        return plugins.get_type_with(wanted)
    raise DeclarationTypeError(
        f"override_plugin(): {wanted!r} is no interface. Use "
        "override_plugin(Interface, implementation) or "
        "override_plugin(name, manager, implementation)."
    )


def _item_for(type_: PluginTypeSpec, implementation: Any) -> PluginItemSpec:
    # Mocks of classes only claim to be some.
    is_class = issubclass(type(implementation), type)
    if not is_class:
        _check_object(implementation, type_.interface)
    item = _item_with(
        implementation if is_class else _class_giving(implementation, type_), type_
    )
    if is_class:
        check_implements(item, type_.interface)
    return item


def _item_with(plugin_class: type, type_: PluginTypeSpec) -> PluginItemSpec:
    for item in plugins.items():
        if item.plugin_class is plugin_class and item.type_key == type_.key:
            return item
    return PluginItemSpec(
        name=plugin_class.__name__[:NAME_LENGTH],
        module=plugin_class.__module__[:NAME_LENGTH],
        type_name=type_.name,
        manager_name=type_.manager,
        plugin_class=plugin_class,
    )


def _check_object(given: object, interface: type) -> None:
    # What its class has is not asked of the object: it may be a property.
    left_open = missing_methods(type(given), interface)
    if missing := [name for name in left_open if getattr(given, name, None) is None]:
        name = interface.__name__
        raise DeclarationTypeError(
            f"override_plugin(): {given!r} lacks what {dotted(interface)} promises: "
            f"{', '.join(missing)}. Pass a class derived from {name}, or an object "
            f"that has all of it, such as Mock(spec={name})."
        )


class _Giving(type):
    """A class whose call gives an object that is there already."""

    _given: Any

    def __call__(cls, *args: object, **kwargs: object) -> Any:
        return cls._given

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(cls._given, name)


def _class_giving(given: object, type_: PluginTypeSpec) -> type:
    kind = type(given)
    names = {"_given": given, "__module__": kind.__module__}
    giving = _Giving(kind.__name__, (), names)
    # Not interface.register(), which may be a method of its own.
    ABCMeta.register(type_.interface, giving)  # type: ignore[arg-type]
    return giving
