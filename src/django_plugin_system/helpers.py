"""The short calls that application code uses, to ask for plugins above all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections, transaction

from .exceptions import NoPluginAvailable
from .register import origin_of
from .registry import plugins
from .selection.current import acurrent, current, database

if TYPE_CHECKING:
    from .models import PluginItem

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
    by_interface = current().by_interface
    try:
        plugin_class = by_interface[interface]
    except LookupError:
        plugin_class = None
    if plugin_class is not None:
        return plugin_class()  # type: ignore[no-any-return]  # it is the interface's
    return _find_item(interface, *args, **kwargs).load()  # type: ignore[no-any-return]


async def aget_plugin(interface: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do what get_plugin() does, without blocking the event loop."""
    by_interface = (await acurrent()).by_interface
    try:
        plugin_class = by_interface[interface]
    except LookupError:
        plugin_class = None
    if plugin_class is not None:
        return plugin_class()  # type: ignore[no-any-return]  # it is the interface's
    # A selector may make queries; the object belongs where it is asked for.
    item = await sync_to_async(_find_item)(interface, *args, **kwargs)
    return item.load()  # type: ignore[no-any-return]


def lock_plugins(using: str | None = None) -> None:
    """Make other writers of plugin rows wait until the open transaction has ended.

    For a transaction that locks other rows before it writes plugin rows: where all of
    them call this first, no two can wait for each other. ``using`` is a database alias,
    by default that of the plugin rows. Raises TransactionManagementError outside of a
    transaction.
    """
    from .models.writing import lock

    using = using or database()
    if not connections[using].in_atomic_block:
        raise transaction.TransactionManagementError(
            "lock_plugins() holds its lock until the transaction ends, so it has to be "
            "called inside of one. Use 'with transaction.atomic():'."
        )
    lock(using)


def _find_class(type_name: str, manager: str, *args: Any, **kwargs: Any) -> type | None:
    from .selection.select import find_selected

    if (origin := origin_of(manager)) != manager:
        # The name of an app that extends the one with the type.
        return get_plugin_class(type_name, origin, *args, **kwargs)
    item = find_selected(type_name, manager, *args, **kwargs)
    return item.load_class() if item else None


def _find_item(interface: object, *args: Any, **kwargs: Any) -> PluginItem:
    from .selection.select import find_selected

    spec = plugins.get_type_with(interface)
    item = find_selected(spec.name, spec.manager, *args, **kwargs)
    if item is None:
        raise NoPluginAvailable(
            f"No plugin can be selected for type {spec.name!r} of {spec.manager!r}: "
            "it has no active or reserve item whose code is loaded. Activate one in "
            "the admin, or run 'manage.py pluginsync' if its rows are missing."
        )
    return item
