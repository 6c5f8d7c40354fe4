"""Choosing for a plugin type: its own ``get_plugin``, else the default rule."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from ..exceptions import InvalidSelection, PluginTypeNotFound
from ..models import PluginItem, PluginType
from ..registry import plugins
from ..specs import TypeKey, dotted
from .current import after_sync, current, is_starting
from .rule import choose

logger = logging.getLogger(__name__)


def find_selected(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> PluginItem | None:
    """Return the item that answers for a plugin type, or None.

    A type without a row is logged, once per process, with what to do about it.
    """
    key = TypeKey(type_name, manager)
    plugin_type = current().snapshot.find_type_row(key)
    item = select(plugin_type, *args, **kwargs) if plugin_type else None
    if item is None and is_starting():
        # Without it, the sync that is to make the rows would not get through where
        # the URLconf asks for a plugin.
        plugin_type = after_sync().find_type_row(key)
        item = select(plugin_type, *args, **kwargs) if plugin_type else None
    if plugin_type is None:
        warn_of_missing_type(type_name, manager)
    return item


def select(plugin_type: PluginType, *args: Any, **kwargs: Any) -> PluginItem | None:
    """Return the item that answers for ``plugin_type``, or None.

    Raises InvalidSelection when the type's ``get_plugin`` answers neither an item of
    the type, nor the class of one, nor None.
    """
    spec = plugin_type.spec
    if spec is None or spec.get_plugin is None:
        return choose(plugin_type.get_all_plugins())
    answer = spec.get_plugin(plugin_type, *args, **kwargs)
    return _item_from(answer, plugin_type, dotted(spec.get_plugin))


def _item_from(
    answer: object, plugin_type: PluginType, source: str
) -> PluginItem | None:
    if answer is None:
        return None
    is_class = isinstance(answer, type)
    item = _item_with_class(answer, plugin_type) if is_class else answer
    if not isinstance(item, PluginItem) or item.plugin_type_id != plugin_type.pk:
        raise InvalidSelection(
            f"{source} answered {answer!r} for plugin type {plugin_type.name!r} of "
            f"{plugin_type.manager!r}. It has to return a PluginItem of that type, the "
            "class of one that has a row, or None."
        )
    if item.is_orphan:
        logger.warning(
            "%s chose plugin item %r of %r, but no code is registered for it; "
            "nothing is selected.",
            source,
            item.name,
            item.module,
        )
        return None
    return item


def _item_with_class(wanted: object, plugin_type: PluginType) -> PluginItem | None:
    items = plugin_type.get_all_plugins()
    return next((item for item in items if item.load_class() is wanted), None)


@lru_cache(maxsize=256)
def warn_of_missing_type(type_name: str, manager: str) -> None:
    try:
        plugins.get_type(type_name, manager)
    except PluginTypeNotFound as error:
        logger.warning("%s Nothing is selected.", error)
    else:
        logger.warning(
            "Plugin type %r of %r has no row yet, so nothing is selected. "
            "Run 'manage.py pluginsync'.",
            type_name,
            manager,
        )
