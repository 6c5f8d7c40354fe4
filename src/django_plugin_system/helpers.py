"""Ask for a plugin: the short calls that application code uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async

from .exceptions import NoPluginAvailable
from .registry import plugins
from .selection.current import acurrent, current

T = TypeVar("T")


def get_plugin_instance(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> Any | None:
    """Return a new object of the selected class, or None when nothing can be selected.

    Further arguments go to the type's ``get_plugin``, if it has one.
    """
    by_key = current().by_key
    try:
        plugin_class = by_key[type_name, manager]
    except KeyError:
        plugin_class = _find_class(type_name, manager, *args, **kwargs)
    return None if plugin_class is None else plugin_class()


def get_plugin_class(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> type | None:
    """Return the selected class, or None when nothing can be selected.

    Further arguments go to the type's ``get_plugin``, if it has one.
    An unknown type is logged, once, with the closest one that is known.
    """
    by_key = current().by_key
    try:
        return by_key[type_name, manager]
    except KeyError:
        return _find_class(type_name, manager, *args, **kwargs)


def get_plugin(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Return a new object of the class selected for ``interface``.

    Further arguments go to the type's ``get_plugin``, if it has one.
    Raises PluginTypeNotFound when no plugin type, or more than one, has the interface,
    and NoPluginAvailable when nothing can be selected.
    """
    # Annotated as a callable since mypy refuses abstract classes for type[T].
    plugin_class = current().by_interface.get(interface)
    if plugin_class is not None:
        return plugin_class()  # type: ignore[no-any-return]  # it is the interface's
    return _get_plugin_by_key(interface, *args, **kwargs)


async def aget_plugin(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do what get_plugin() does, without blocking the event loop."""
    plugin_class = (await acurrent()).by_interface.get(interface)
    if plugin_class is not None:
        return plugin_class()  # type: ignore[no-any-return]  # it is the interface's
    return await sync_to_async(_get_plugin_by_key)(interface, *args, **kwargs)


def _find_class(type_name: str, manager: str, *args: Any, **kwargs: Any) -> type | None:
    from .selection.select import find_selected

    item = find_selected(type_name, manager, *args, **kwargs)
    return item.load_class() if item else None


def _get_plugin_by_key(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    from .selection.select import find_selected

    spec = plugins.get_type_with(interface)
    item = find_selected(spec.name, spec.manager, *args, **kwargs)
    if item is None:
        raise NoPluginAvailable(
            f"No plugin can be selected for type {spec.name!r} of {spec.manager!r}: "
            "it has no active or reserve item whose code is loaded. Activate one in "
            "the admin, or run 'manage.py pluginsync' if its rows are missing."
        )
    found: T = item.load()
    return found
