"""Asking back before a change leaves a plugin type without an active item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..models import PluginItem, PluginType
from ..selection.rule import choose

CONFIRMED = "_confirmed"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change would mean for one plugin type."""

    plugin_type: PluginType
    successor: PluginItem | None
    """The reserve item that would answer."""


class LastActiveItem(Exception):
    """The change takes away some type's last active item, and nobody confirmed it."""

    def __init__(self, consequences: list[Consequence]) -> None:
        super().__init__()
        self.consequences = consequences


def check_last_active(
    statuses: Mapping[UUID, str], posted: Mapping[str, object]
) -> None:
    """Raise LastActiveItem if these new statuses need a confirmation not yet posted."""
    if CONFIRMED in posted:
        return
    if consequences := _consequences(statuses):
        raise LastActiveItem(consequences)


def ask_back(
    request: HttpRequest, warning: LastActiveItem, model_admin: ModelAdmin
) -> TemplateResponse:
    """Return a page that tells the consequences and can post the same request again."""
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Leave a plugin type without an active item?"),
        "opts": model_admin.opts,
        "consequences": warning.consequences,
        "posted": posted,
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(
        request, "admin/django_plugin_system/confirm_last_active.html", context
    )


def _consequences(statuses: Mapping[UUID, str]) -> list[Consequence]:
    touched = (
        PluginType.objects.filter(pluginitem__in=list(statuses))
        .distinct()
        .prefetch_related("pluginitem_set")
        .order_by("name", "manager")
    )
    found = []
    for plugin_type in touched:
        had_active = bool(plugin_type.get_active_plugins())
        for item in plugin_type.pluginitem_set.all():
            item.status = statuses.get(item.pk, item.status)
        if had_active and not plugin_type.get_active_plugins():
            successor = choose(plugin_type.get_all_plugins())
            found.append(Consequence(plugin_type, successor))
    return found
