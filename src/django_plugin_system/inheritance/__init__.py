"""Apps that extend other apps under the same label, with nothing to wrap.

The names below are imported when first used: a config is needed before models can be
imported, and what models need comes later.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import PluginConfig as PluginConfig
    from .config_files import find_config_file as find_config_file
    from .config_files import find_config_files as find_config_files
    from .installed import installed_apps as installed_apps
    from .models.making import is_abstract_model as is_abstract_model
    from .models.waiting import when_final as when_final
    from .owners import lineage as lineage

_HOMES = {
    "PluginConfig": "config",
    "find_config_file": "config_files",
    "find_config_files": "config_files",
    "installed_apps": "installed",
    "is_abstract_model": "models.making",
    "lineage": "owners",
    "when_final": "models.waiting",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
