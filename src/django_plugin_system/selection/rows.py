"""Where selection gets its rows. Today the database, each time it is asked."""

from __future__ import annotations

from django.db import router

from ..models import PluginType


def find_type_row(type_name: str, manager: str) -> PluginType | None:
    """Return a plugin type's row with its items fetched (two queries), or None."""
    # A replica may lag behind the switch that an operator has just made.
    using = router.db_for_write(PluginType)
    try:
        return (
            PluginType.objects.using(using)
            .prefetch_related("pluginitem_set")
            .get(name=type_name, manager=manager)
        )
    except PluginType.DoesNotExist:
        return None
