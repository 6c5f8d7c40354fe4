"""Choosing for a plugin type: its own ``get_plugin``, else the default rule."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, NamedTuple

from ..conf import get_conf
from ..exceptions import InvalidSelection, PluginTypeNotFound
from ..models import PluginItem, PluginType
from ..register import is_installed
from ..registry import plugins
from ..specs import PluginItemSpec, TypeKey, dotted
from .current import after_sync, current, is_starting
from .rule import choose

logger = logging.getLogger(__name__)

NOTHING_ELIGIBLE = (
    "it has no active or reserve item whose code is loaded. Activate one in the admin, "
    "or run 'manage.py pluginsync' if its rows are missing."
)


class Selection(NamedTuple):
    """What the selection for a plugin type has come to."""

    item: PluginItem | None
    why_nothing: str = ""
    """If no item answers, the reason, as a sentence goes on after a colon."""


def find_selected(
    type_name: str, manager: str, *args: Any, **kwargs: Any
) -> PluginItem | None:
    """Return the item that answers for a plugin type, or None.

    A type without a row is logged, once per process, with what to do about it.
    """
    return ask(type_name, manager, *args, **kwargs).item


def ask(type_name: str, manager: str, *args: Any, **kwargs: Any) -> Selection:
    """Do what find_selected() does, and say why if nothing is selected."""
    key = TypeKey(type_name, manager)
    plugin_type = current(key).snapshot.find_type_row(key)
    if plugin_type is None and plugins.find_override(key):
        # A test's override needs no row.
        plugin_type = PluginType(name=type_name, manager=manager)
        plugin_type.known_items = []
    selection = Selection(None, NOTHING_ELIGIBLE)
    if plugin_type is not None:
        selection = _select(plugin_type, *args, **kwargs)
    if selection.item is None and is_starting():
        # Without it, the sync that is to make the rows would not get through where
        # the URLconf asks for a plugin.
        plugin_type = after_sync().find_type_row(key)
        if plugin_type is not None:
            selection = _select(plugin_type, *args, **kwargs)
    if plugin_type is None:
        warn_of_missing_type(type_name, manager)
        selection = Selection(None, _why_no_row(key))
    return selection


def select(plugin_type: PluginType, *args: Any, **kwargs: Any) -> PluginItem | None:
    """Return the item that answers for ``plugin_type``, or None.

    Raises InvalidSelection when the type's ``get_plugin`` answers neither an item of
    the type, nor the class of one, nor None.
    """
    return _select(plugin_type, *args, **kwargs).item


def _select(plugin_type: PluginType, *args: Any, **kwargs: Any) -> Selection:
    if override := plugins.find_override(plugin_type.key):
        return Selection(_item_of(override, plugin_type))
    spec = plugin_type.spec
    if spec is None or spec.get_plugin is None:
        return Selection(choose(plugin_type.get_all_plugins()), NOTHING_ELIGIBLE)
    answer = spec.get_plugin(plugin_type, *args, **kwargs)
    return _selection_of(answer, plugin_type, dotted(spec.get_plugin))


def _item_of(override: PluginItemSpec, plugin_type: PluginType) -> PluginItem:
    items = plugin_type.get_all_plugins()
    item = next((each for each in items if each.key == override.key), None)
    if item is None:
        # It is not saved, so tests that need no database need none for it.
        item = PluginItem(
            plugin_type=plugin_type, name=override.name, module=override.module
        )
        item.known_spec = override
    return item


def _selection_of(answer: object, plugin_type: PluginType, source: str) -> Selection:
    if answer is None:
        return Selection(None, _why_none(plugin_type, source))
    if isinstance(answer, type):
        items = _items_with_class(answer, plugin_type)
        item = choose(items)
        if items and item is None:
            return _nothing(
                source, f"the class {dotted(answer)}", "each item with it is disabled"
            )
    else:
        item = answer if isinstance(answer, PluginItem) else None
    if item is None or not _is_of(item, plugin_type):
        raise InvalidSelection(
            f"{source} answered {answer!r} for plugin type {plugin_type.name!r} of "
            f"{plugin_type.manager!r}. It has to return a PluginItem of that type, the "
            "class of one that has a row, or None."
        )
    if item.is_orphan:
        chosen = f"plugin item {item.name!r} of {item.module!r}"
        return _nothing(source, chosen, "no code is registered for it")
    return Selection(item)


def _is_of(item: PluginItem, plugin_type: PluginType) -> bool:
    if item.plugin_type_id == plugin_type.pk:
        return True
    # With SAFE_MODE the row that a get_plugin is given is none of the database's.
    return get_conf().SAFE_MODE and item.plugin_type.key == plugin_type.key


def _items_with_class(wanted: type, plugin_type: PluginType) -> list[PluginItem]:
    items = plugin_type.get_all_plugins()
    return [item for item in items if item.load_class() is wanted]


def _nothing(source: str, chosen: str, obstacle: str) -> Selection:
    logger.warning(
        "%s chose %s, but %s; nothing is selected.", source, chosen, obstacle
    )
    return Selection(None, f"its get_plugin, {source}, chose {chosen}, but {obstacle}.")


def _why_no_row(key: TypeKey) -> str:
    if not is_installed(key.manager):
        return (
            f"it has no row, and {key.manager!r}, which it belongs to, is in no "
            "installed app. Add that to INSTALLED_APPS, and run 'manage.py pluginsync'."
        )
    return (
        "it has no row. Run 'manage.py pluginsync'. If that finds nothing to do, the "
        "module that declares it is not imported when Django starts: import it in the "
        "module 'plugins' of its app."
    )


def _why_none(plugin_type: PluginType, source: str) -> str:
    if choose(plugin_type.get_all_plugins()) is None:
        return f"its get_plugin, {source}, returned None, and {NOTHING_ELIGIBLE}"
    return (
        f"its get_plugin, {source}, returned None. Have it return an item whenever one "
        "is needed, or expect NoPluginAvailable."
    )


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
