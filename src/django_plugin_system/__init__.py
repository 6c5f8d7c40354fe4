"""Swappable implementations behind stable interfaces, picked in the Django admin.

The names below are imported when first used, since most need models and an apps.py
must be able to import this package before any can load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .authors import decided_by as decided_by
    from .helpers import aget_plugin as aget_plugin
    from .helpers import get_plugin as get_plugin
    from .helpers import get_plugin_class as get_plugin_class
    from .helpers import get_plugin_instance as get_plugin_instance
    from .helpers import lock_plugins as lock_plugins
    from .register import plugin as plugin
    from .register import plugin_type as plugin_type
    from .register import register_plugin_item as register_plugin_item
    from .register import register_plugin_type as register_plugin_type
    from .scopes import fresh_plugins as fresh_plugins
    from .selection.explain import explain as explain
    from .selection.strategies import round_robin as round_robin
    from .selection.strategies import sticky as sticky
    from .selection.strategies import weighted as weighted

__version__ = "3.0.0"

_HOMES = {
    "aget_plugin": "helpers",
    "decided_by": "authors",
    "explain": "selection.explain",
    "fresh_plugins": "scopes",
    "get_plugin": "helpers",
    "get_plugin_class": "helpers",
    "get_plugin_instance": "helpers",
    "lock_plugins": "helpers",
    "plugin": "register",
    "plugin_type": "register",
    "register_plugin_item": "register",
    "register_plugin_type": "register",
    "round_robin": "selection.strategies",
    "sticky": "selection.strategies",
    "weighted": "selection.strategies",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
