"""What to do instead, for who asks with something that is no interface."""

from __future__ import annotations

from collections.abc import Iterable

from .identity import current_class
from .specs import PluginItemSpec, PluginTypeSpec, dotted


def why_no_interface(
    asked: object, types: Iterable[PluginTypeSpec], items: Iterable[PluginItemSpec]
) -> str:
    """Return why no plugin type has what was asked with for its interface."""
    if isinstance(asked, str):
        keys = [spec.key for spec in types if spec.name == asked]
        by_name = f"{keys[0].name!r}, {keys[0].manager!r}" if keys else "..."
        return (
            f"{asked!r} is a string, and no interface. Pass the class, or ask by name "
            f"with get_plugin_instance({by_name})."
        )
    if not isinstance(asked, type):
        return (
            f"{asked!r} is not a class, and so no interface. Pass the class that the "
            "plugin type was registered with."
        )
    for item in items:
        if asked in (item.plugin_class, current_class(item.plugin_class)):
            interfaces = [spec.interface for spec in types if spec.key == item.type_key]
            wanted = interfaces[0].__name__ if interfaces else "its interface"
            return (
                f"{dotted(asked)} is the class of plugin item {item.key}, and no "
                f"interface. Ask with {wanted}, and the item that operators have "
                "chosen answers; to have this very class, call it yourself."
            )
    return (
        f"No plugin type with interface {dotted(asked)} is registered. "
        "Register one with register_plugin_type() or @plugin_type."
    )
