"""Asking back before a change leaves a plugin type without an active item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.db import router
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..decisions.last_active import find_outcome
from ..models import PluginItem, PluginType


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change would mean for one plugin type."""

    plugin_type: PluginType
    outcome: str
    """Who would answer instead, in words."""

    @property
    def confirmation(self) -> str:
        """Return the name of the form field that says it was seen and is wanted."""
        return f"_confirmed-{self.plugin_type.pk}"


class LastActiveItem(Exception):
    """The change takes away some type's last active item, and nobody confirmed it."""

    def __init__(self, consequences: list[Consequence]) -> None:
        super().__init__()
        self.consequences = consequences


def check_last_active(
    statuses: Mapping[UUID, str], posted: Mapping[str, object]
) -> None:
    """Raise LastActiveItem if these new statuses need a confirmation not yet posted.

    Needs a transaction: the types stay locked until it ends, so that of two operators
    who disable two items at once the second is asked.
    """
    unconfirmed = [
        consequence
        for consequence in _consequences(statuses)
        if consequence.confirmation not in posted
    ]
    if unconfirmed:
        raise LastActiveItem(unconfirmed)


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
    }
    return TemplateResponse(
        request, "admin/django_plugin_system/confirm_last_active.html", context
    )


def _consequences(statuses: Mapping[UUID, str]) -> list[Consequence]:
    found = []
    for plugin_type in _locked_types_of(statuses):
        if outcome := find_outcome(plugin_type, statuses):
            found.append(Consequence(plugin_type, outcome))
    return sorted(found, key=lambda each: each.plugin_type.key)


def _locked_types_of(statuses: Mapping[UUID, str]) -> list[PluginType]:
    if not statuses:
        return []
    # A replica may lag behind the switch that another operator has just made.
    using = router.db_for_write(PluginType)
    items = PluginItem.objects.using(using).filter(pk__in=list(statuses))
    return list(
        PluginType.objects.using(using)
        .select_for_update()
        .filter(pk__in=items.values("plugin_type"))
        .order_by("pk")
        .prefetch_related("pluginitem_set")
    )
