"""What a change of statuses does to a type that had an active item."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from ..models import PluginType


def find_outcome(plugin_type: PluginType, statuses: Mapping[UUID, str]) -> str | None:
    """Return who would answer, in words, if these new statuses leave no active item.

    None if they do leave one, or there was none. The row's items, which it has to know
    already, have the new statuses afterwards.
    """
    had_active = bool(plugin_type.get_active_plugins())
    for item in plugin_type.get_all_plugins():
        item.status = statuses.get(item.pk, item.status)
    if not had_active or plugin_type.get_active_plugins():
        return None
    if plugin_type.spec and plugin_type.spec.get_plugin:
        return _("its get_plugin decides what answers")
    if reserve := plugin_type.get_reserved_plugins():
        return _("%(item)s answers from reserve") % {"item": reserve[0].short}
    return _("nothing answers")
