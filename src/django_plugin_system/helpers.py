"""Ask for a plugin: the short calls that application code uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import sync_to_async

from .exceptions import NoPluginAvailable
from .registry import plugins

if TYPE_CHECKING:
    from .models import PluginItem

T = TypeVar("T")


def get_plugin_instance(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> Any | None:
    """Return a new object of the selected class, or None when nothing can be selected.

    Further arguments go to the type's ``get_plugin``, if it has one.
    """
    plugin_class = get_plugin_class(type_name, manager, *args, **kwargs)
    return None if plugin_class is None else plugin_class()


def get_plugin_class(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> type | None:
    """Return the selected class, or None when nothing can be selected.

    Further arguments go to the type's ``get_plugin``, if it has one.
    An unknown type is logged, once, with the closest one that is known.
    """
    item = _find_selected(type_name, manager, *args, **kwargs)
    return item.load_class() if item else None


def get_plugin(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Return a new object of the class selected for ``interface``.

    Further arguments go to the type's ``get_plugin``, if it has one.
    Raises PluginTypeNotFound when no plugin type, or more than one, has the interface,
    and NoPluginAvailable when nothing can be selected.
    """
    # Annotated as a callable since mypy refuses abstract classes for type[T].
    spec = plugins.get_type_with(interface)
    item = _find_selected(spec.name, spec.manager, *args, **kwargs)
    if item is None:
        raise NoPluginAvailable(
            f"No plugin can be selected for type {spec.name!r} of {spec.manager!r}: "
            "it has no active or reserve item whose code is loaded. Activate one in "
            "the admin, or run 'manage.py pluginsync' if its rows are missing."
        )
    plugin: T = item.load()
    return plugin


async def aget_plugin(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do what get_plugin() does, without blocking the event loop."""
    return await sync_to_async(get_plugin)(interface, *args, **kwargs)


def _find_selected(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> PluginItem | None:
    # Application code imports this module anywhere, even where models can't load yet.
    from .selection.select import find_selected

    return find_selected(type_name, manager, *args, **kwargs)
